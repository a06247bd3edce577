variable "project_id" {
  description = "Project that holds the resources."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "A project id has 6 to 30 lower-case letters, digits and dashes."
  }
}

variable "bucket" {
  description = "Name of the bucket; it is global."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "A bucket's name has 3 to 63 lower-case letters, digits and dashes."
  }
}

variable "location" {
  description = "Region, dual-region or multi-region of the objects."
  type        = string
  nullable    = false
}

variable "kms_key_id" {
  description = "Key that encrypts the data at rest: projects/P/locations/L/keyRings/R/cryptoKeys/K."
  type        = string
  nullable    = false
}

variable "log_bucket" {
  description = "Bucket of the access logs; the bucket itself if null."
  type        = string
  default     = null
}

variable "retention_seconds" {
  description = "Seconds for which an object cannot be deleted or overwritten; null for none. The policy is not locked: locking cannot be undone."
  type        = number
  default     = null

  validation {
    condition     = var.retention_seconds == null ? true : var.retention_seconds > 0
    error_message = "A retention is longer than nothing."
  }
}

variable "delete_after_days" {
  description = "Age in days at which objects are deleted; null for never."
  type        = number
  default     = null
}

variable "members" {
  description = "Grants on the bucket, each a role and an IAM member."
  type = map(object({
    role   = string
    member = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for m in values(var.members) : !contains(["allUsers", "allAuthenticatedUsers"], m.member)])
    error_message = "The bucket is private."
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
