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
  description = "Region, dual-region or multi-region of the objects; it never changes."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Z]+[0-9]?$|^[A-Z]+-[A-Z]+[0-9]+$", var.location))
    error_message = "A location such as US-EAST1, NAM4 or EU."
  }
}

variable "turbo" {
  description = "Whether objects are in the second region within 15 minutes; dual-regions have it."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.turbo || can(regex("^[A-Z]+[0-9]$", var.location))
    error_message = "Only a dual-region such as NAM4 has turbo replication."
  }
}

variable "kms_key_id" {
  description = "Key that encrypts the objects, at their location."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+$", var.kms_key_id))
    error_message = "A key: projects/P/locations/L/keyRings/R/cryptoKeys/K."
  }
}

variable "old_version_days" {
  description = "Days for which what is replaced or deleted is kept."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.old_version_days >= 1
    error_message = "What is replaced is kept for a day at least."
  }
}

variable "tiers" {
  description = "Classes that objects move to, the age in days at which they do, and the prefixes that it is about; none for all."
  type = map(object({
    class      = string
    after_days = number
    prefixes   = optional(list(string), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for t in values(var.tiers) : contains(["NEARLINE", "COLDLINE", "ARCHIVE"], t.class)])
    error_message = "NEARLINE, COLDLINE or ARCHIVE."
  }
}

variable "ends" {
  description = "Ages in days at which objects are deleted, and the prefixes that each is about; none for all."
  type = map(object({
    after_days = number
    prefixes   = optional(list(string), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for e in values(var.ends) : e.after_days >= 1])
    error_message = "An object lives for a day at least."
  }
}

variable "users" {
  description = "Who may read, write and delete objects, by a name: IAM members."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for m in values(var.users) : !contains(["allUsers", "allAuthenticatedUsers"], m)])
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
