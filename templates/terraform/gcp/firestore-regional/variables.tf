variable "project_id" {
  description = "Project that holds the resources."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "A project id has 6 to 30 lower-case letters, digits and dashes."
  }
}

variable "database_id" {
  description = "Id of the database."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,61}[a-z0-9]$", var.database_id)) || var.database_id == "(default)"
    error_message = "A database id has 4 to 63 lower-case letters, digits and dashes."
  }
}

variable "location_id" {
  description = "Region, or multi-region nam5 or eur3. It can never be changed."
  type        = string
  nullable    = false
}

variable "kms_key_id" {
  description = "Key of the database, at its own location: us for nam5, europe for eur3, else the same region."
  type        = string
  nullable    = false
}

variable "point_in_time_recovery" {
  description = "Whether any minute of the last seven days can be restored."
  type        = bool
  default     = true
  nullable    = false
}

variable "backup_retention_seconds" {
  description = "Seconds that a scheduled backup is kept, at most 14 weeks; null for no backups."
  type        = number
  default     = null

  validation {
    condition     = var.backup_retention_seconds == null ? true : var.backup_retention_seconds >= 86400 && var.backup_retention_seconds <= 8467200
    error_message = "Backups are kept from one day to 14 weeks."
  }
}

variable "backup_weekly" {
  description = "Whether backups are made every week instead of every day."
  type        = bool
  default     = false
  nullable    = false
}

variable "ttl_fields" {
  description = "The field that says when a document ends, by collection."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "guarded" {
  description = "Whether deletion is refused; off once what it holds may go."
  type        = bool
  default     = true
  nullable    = false
}
