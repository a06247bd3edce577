variable "account_id" {
  description = "Account that holds the resources."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account's id has twelve digits."
  }
}

variable "region" {
  description = "Region of the resources, the provider's own."
  type        = string
  nullable    = false
}

variable "oidc_provider_arn" {
  description = "ARN of the cluster's OIDC provider."
  type        = string
  nullable    = false
}

variable "oidc_issuer" {
  description = "The issuer of the cluster's tokens, without https://."
  type        = string
  nullable    = false

  validation {
    condition     = !startswith(var.oidc_issuer, "https://")
    error_message = "Without https://."
  }
}

variable "cluster_name" {
  description = "Name of the cluster."
  type        = string
  nullable    = false
}

variable "vpc_id" {
  description = "VPC in which load balancers are made."
  type        = string
  nullable    = false
}

variable "role_names" {
  description = "Names of the IAM roles; names of roles are shared by all regions."
  type = object({
    load_balancers = string
    nodes          = string
    secrets        = string
  })
  nullable = false
}

variable "secret_prefix" {
  description = "What the names of the system's secrets begin with, without the dash."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.secret_prefix) > 0 && !strcontains(var.secret_prefix, "*")
    error_message = "A prefix without a pattern."
  }
}

variable "secret_key_aliases" {
  description = "Aliases of the keys that secrets are encrypted with: alias/NAME."
  type        = list(string)
  nullable    = false

  validation {
    condition     = alltrue([for a in var.secret_key_aliases : startswith(a, "alias/")])
    error_message = "An alias begins with alias/."
  }
}
