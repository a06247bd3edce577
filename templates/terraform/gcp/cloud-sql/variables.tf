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
  description = "Name of the instance, its subnetwork and its endpoint. The name of a deleted instance stays taken for a week."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,56}[a-z0-9])?$", var.name))
    error_message = "At most 58 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "region" {
  description = "Region of the instance."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "A region such as us-east1."
  }
}

variable "database_version" {
  description = "Version of PostgreSQL, such as POSTGRES_18."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^POSTGRES_[0-9]+$", var.database_version))
    error_message = "A version such as POSTGRES_18."
  }
}

variable "tier" {
  description = "Machine of the instance, such as db-custom-4-16384, or db-perf-optimized-N-4 of Enterprise Plus."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^db-[A-Za-z0-9-]+$", var.tier))
    error_message = "A tier such as db-custom-4-16384."
  }
}

variable "edition" {
  description = "Edition that has the machine."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["ENTERPRISE", "ENTERPRISE_PLUS"], var.edition)
    error_message = "ENTERPRISE or ENTERPRISE_PLUS."
  }
}

variable "storage_gb" {
  description = "Storage in GiB; it grows by itself and never shrinks."
  type        = number
  nullable    = false

  validation {
    condition     = var.storage_gb >= 10 && var.storage_gb <= 65536
    error_message = "An instance has 10 to 65536 GiB."
  }
}

variable "replica_of" {
  description = "Name of the instance that it follows, in another region; null for one that takes writes."
  type        = string
  default     = null
}

variable "kms_key_id" {
  description = "Key that encrypts the data at rest, in this region."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+$", var.kms_key_id))
    error_message = "A key: projects/P/locations/L/keyRings/R/cryptoKeys/K."
  }
}

variable "network_id" {
  description = "Network whose pods reach the instance."
  type        = string
  nullable    = false
}

variable "ip_range" {
  description = "Range of the endpoint's addresses, a /28 that no other subnetwork has."
  type        = string
  nullable    = false

  validation {
    condition     = can(cidrhost(var.ip_range, 0)) && endswith(var.ip_range, "/28")
    error_message = "A range such as 10.2.16.0/28."
  }
}

variable "users" {
  description = "Service accounts that may sign in, without .gserviceaccount.com: web@PROJECT.iam. Replicas have those of the instance that they follow."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for u in var.users : endswith(u, ".iam")])
    error_message = "An account such as web@PROJECT.iam."
  }
}

variable "backup" {
  description = "Daily backups that are kept, and days of which any moment can be restored; null for a replica. Without backups there is no standby in another zone."
  type = object({
    keep     = number
    log_days = number
  })
  default = null

  validation {
    condition     = var.backup == null ? true : var.backup.keep >= 1 && var.backup.keep <= 365
    error_message = "1 to 365 backups are kept."
  }

  validation {
    condition     = var.backup == null ? true : var.backup.log_days >= 1 && var.backup.log_days <= (var.edition == "ENTERPRISE_PLUS" ? 35 : 7)
    error_message = "The log is kept for 1 to 7 days, in Enterprise Plus for 1 to 35."
  }

  validation {
    condition     = (var.backup == null) == (var.replica_of != null)
    error_message = "An instance that takes writes has backups, and a replica has none."
  }
}

variable "backup_location" {
  description = "Region that keeps the backups; the instance's own if null. The log of moments is always beside the instance."
  type        = string
  default     = null
}

variable "maintenance_day" {
  description = "Day of the week on which Google may maintain the instance, at five."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"], var.maintenance_day)
    error_message = "A day of the week such as TUESDAY."
  }
}

variable "labels" {
  description = "Labels on every resource that takes them."
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
