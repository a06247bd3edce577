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

variable "region" {
  description = "Region of the resources."
  type        = string
  nullable    = false
}

variable "subnetwork_id" {
  description = "Id of the subnetwork that addresses come from."
  type        = string
  nullable    = false
}

variable "dns_zone" {
  description = "Name of the private zone that holds the members' names."
  type        = string
  nullable    = false
}

variable "members" {
  description = "DNS name of each node and sentinel, by a short name such as node-0."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.members) : can(regex("^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$", name))])
    error_message = "A short name has at most 22 lower-case letters, digits and dashes."
  }
}

variable "backup" {
  description = "The bucket of the backups: its name, key, the days that a snapshot is kept, and the IAM member that writes them. Null for none."
  type = object({
    bucket     = string
    kms_key_id = string
    keep_days  = number
    writer     = string
  })
  default = null
}

variable "labels" {
  description = "Labels on every resource that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}
