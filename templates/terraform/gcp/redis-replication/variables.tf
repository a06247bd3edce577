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
    condition     = can(regex("^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$", var.name))
    error_message = "At most 40 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "network_id" {
  description = "Id of the network that the members are in."
  type        = string
  nullable    = false
}

variable "domain" {
  description = "Domain of the members' names, without a final dot."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", var.domain))
    error_message = "A domain such as sessions.internal."
  }
}

variable "ranges" {
  description = "Ranges of the nodes and pods that may reach the members."
  type        = list(string)
  nullable    = false

  validation {
    condition     = alltrue([for range in var.ranges : can(cidrhost(range, 0)) && range != "0.0.0.0/0"])
    error_message = "Members may not be open to the world."
  }
}

variable "labels" {
  description = "Labels on every resource that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}
