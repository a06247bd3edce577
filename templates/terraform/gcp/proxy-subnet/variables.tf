variable "project_id" {
  description = "Project that holds the resources."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "A project id has 6 to 30 lower-case letters, digits and dashes."
  }
}

variable "name" {
  description = "Prefix of the names of resources."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$", var.name))
    error_message = "At most 32 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "region" {
  description = "Region of the resources."
  type        = string
  nullable    = false
}

variable "network_id" {
  description = "Network of the load balancers."
  type        = string
  nullable    = false
}

variable "cidr" {
  description = "Range of the proxies: a /26 at least, a /23 is recommended."
  type        = string
  nullable    = false

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && try(tonumber(split("/", var.cidr)[1]) <= 26, false)
    error_message = "A range of a /26 or larger."
  }
}
