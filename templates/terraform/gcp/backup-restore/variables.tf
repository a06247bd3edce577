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

variable "clusters" {
  description = "Clusters by region: the id, the region and key of the backups, the cluster that a restore goes to, and whether deletion is refused."
  type = map(object({
    cluster_id         = string
    backup_region      = string
    kms_key_id         = string
    restore_cluster_id = string
    guarded            = optional(bool, true)
  }))
  nullable = false

  validation {
    condition     = alltrue([for region, c in var.clusters : c.backup_region != region])
    error_message = "A backup beside its cluster is lost with it."
  }
}

variable "namespaces" {
  description = "Namespaces that are backed up."
  type        = list(string)
  nullable    = false
}

variable "schedule" {
  description = "When backups are made, as a cron schedule in UTC."
  type        = string
  default     = "15 3 * * *"
  nullable    = false
}

variable "keep_days" {
  description = "Days that a backup is kept."
  type        = number
  nullable    = false

  validation {
    condition     = var.keep_days >= 1 && var.keep_days <= 365
    error_message = "From 1 to 365 days."
  }
}

variable "delete_lock_days" {
  description = "Days for which nobody can delete a backup."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.delete_lock_days >= 0 && var.delete_lock_days <= 90
    error_message = "From 0 to 90 days."
  }
}

variable "evidence" {
  description = "The bucket with the records of drills, failovers and their locks: name, location, key, and the seconds for which a record cannot be changed (null for none, as locks must be deleted)."
  type = object({
    bucket            = string
    location          = string
    kms_key_id        = string
    retention_seconds = optional(number)
  })
  nullable = false
}

variable "labels" {
  description = "Labels on every resource that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}
