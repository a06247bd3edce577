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

variable "roles" {
  description = "Roles by a key: name, description, the service accounts that act as it, managed policies, and statements of its own. A condition is a test (StringEquals), a variable (aws:SourceAccount) and values."
  type = map(object({
    name        = string
    description = string
    service_accounts = list(object({
      namespace = string
      name      = string
    }))
    managed_policy_arns = optional(set(string), [])
    statements = optional(list(object({
      actions   = list(string)
      resources = list(string)
      conditions = optional(list(object({
        test     = string
        variable = string
        values   = list(string)
      })), [])
    })), [])
  }))
  nullable = false

  validation {
    condition     = alltrue([for r in values(var.roles) : can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", r.name))])
    error_message = "A name has at most 64 letters, digits and +=,.@_-."
  }

  validation {
    condition     = alltrue(flatten([for r in values(var.roles) : [for a in r.service_accounts : !strcontains("${a.namespace}${a.name}", "*")]]))
    error_message = "A role trusts named service accounts, never a pattern."
  }

  validation {
    condition     = alltrue(flatten([for r in values(var.roles) : [for s in r.statements : !contains(s.actions, "*")]]))
    error_message = "No role may do everything."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds every role; null for none."
  type        = string
  default     = null
}
