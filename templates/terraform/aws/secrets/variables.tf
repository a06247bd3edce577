variable "account_id" {
  description = "Account that holds the resources."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account's id has twelve digits."
  }
}

variable "name" {
  description = "Prefix of the names of resources."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", var.name))
    error_message = "At most 63 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "secrets" {
  description = "Secrets by name: the other regions that hold a copy, and the days between two rotations (null for none)."
  type = map(object({
    replicas      = optional(set(string), [])
    rotation_days = optional(number)
  }))
  nullable = false

  validation {
    condition     = alltrue([for s in values(var.secrets) : s.rotation_days == null ? true : s.rotation_days >= 1 && floor(s.rotation_days) == s.rotation_days])
    error_message = "A rotation is a whole number of days, at least one."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts the secrets in their own region."
  type        = string
  nullable    = false
}

variable "replica_kms_key_arns" {
  description = "Key of each region that holds copies."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue(flatten([for s in values(var.secrets) : [for r in s.replicas : can(var.replica_kms_key_arns[r])]]))
    error_message = "Every region with a copy needs a key."
  }
}

variable "rotation_topic_arn" {
  description = "Topic that is told when a secret is due; null if none rotates."
  type        = string
  default     = null

  validation {
    condition     = var.rotation_topic_arn != null || alltrue([for s in values(var.secrets) : s.rotation_days == null])
    error_message = "A secret that rotates needs somebody to tell."
  }
}

variable "recovery_days" {
  description = "Days in which a deletion can be taken back."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.recovery_days >= 7 && var.recovery_days <= 30
    error_message = "From 7 to 30 days: a secret is never gone at once."
  }
}
