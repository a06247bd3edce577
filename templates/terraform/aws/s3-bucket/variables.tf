variable "account_id" {
  description = "Account that holds the resources."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account's id has twelve digits."
  }
}

variable "bucket" {
  description = "Name of the bucket; all accounts of the world share one list of names."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket)) && !startswith(var.bucket, "xn--") && !endswith(var.bucket, "-s3alias")
    error_message = "From 3 to 63 lower-case letters, digits and dashes."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts objects, in this region; null for keys of S3, which load balancers need."
  type        = string
  default     = null
}

variable "old_version_days" {
  description = "Days that replaced and deleted versions are kept."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.old_version_days >= 1
    error_message = "At least one day."
  }
}

variable "expire_days" {
  description = "Days after which objects are deleted; null for never."
  type        = number
  default     = null

  validation {
    condition     = var.expire_days == null ? true : var.expire_days >= 1
    error_message = "At least one day."
  }
}

variable "transitions" {
  description = "Storage classes that objects move to by age, by a name."
  type = map(object({
    days          = number
    storage_class = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for t in values(var.transitions) : contains(["STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"], t.storage_class)])
    error_message = "A storage class such as STANDARD_IA or GLACIER."
  }

  validation {
    condition     = alltrue([for t in values(var.transitions) : !contains(["STANDARD_IA", "ONEZONE_IA"], t.storage_class) || t.days >= 30])
    error_message = "Objects are 30 days old before they move to infrequent access."
  }
}

variable "lock_days" {
  description = "Days in which no version can be deleted or replaced; null for no lock. It can only be asked for when the bucket is made."
  type        = number
  default     = null

  validation {
    condition     = var.lock_days == null ? true : var.lock_days >= 1
    error_message = "At least one day."
  }
}

variable "logging" {
  description = "Bucket of access logs, in this region and with keys of S3; null for none."
  type = object({
    bucket = string
  })
  default = null
}

variable "writers" {
  description = "Services of AWS that write into the bucket for this account, such as logdelivery.elasticloadbalancing.amazonaws.com."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for s in var.writers : endswith(s, ".amazonaws.com")])
    error_message = "A service is a principal that ends in .amazonaws.com."
  }
}

variable "guarded" {
  description = "Whether deletion is refused; off once what it holds may go."
  type        = bool
  default     = true
  nullable    = false
}
