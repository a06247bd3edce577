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
  description = "Name of the zone."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", var.name))
    error_message = "At most 63 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "domain" {
  description = "Private domain that holds the names: orders.internal."
  type        = string
  nullable    = false

  validation {
    condition     = endswith(var.domain, ".internal")
    error_message = "A domain below .internal, which nobody else has."
  }
}

variable "network_id" {
  description = "Network that resolves the names."
  type        = string
  nullable    = false
}

variable "addresses" {
  description = "Address of the instance of each region."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for a in values(var.addresses) : can(cidrhost("${a}/32", 0))])
    error_message = "An address such as 10.2.16.2."
  }
}

variable "writer" {
  description = "Address of the instance that takes writes at first, and seconds for which the answer may be kept; null where every instance does. A promotion turns it by a command."
  type = object({
    address     = string
    ttl_seconds = number
  })
  default = null

  validation {
    condition     = var.writer == null ? true : contains(values(var.addresses), var.writer.address)
    error_message = "The writer is one of the instances."
  }

  validation {
    condition     = var.writer == null ? true : var.writer.ttl_seconds >= 5 && var.writer.ttl_seconds <= 300
    error_message = "An answer is kept for 5 to 300 seconds."
  }
}

variable "labels" {
  description = "Labels on every resource that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}
