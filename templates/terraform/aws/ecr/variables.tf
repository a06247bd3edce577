variable "name" {
  description = "Prefix of the names of resources."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$", var.name))
    error_message = "At most 40 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "repositories" {
  description = "Names of the repositories, below the prefix."
  type        = set(string)
  nullable    = false

  validation {
    condition     = alltrue([for r in var.repositories : can(regex("^[a-z0-9]+([._/-][a-z0-9]+)*$", r))])
    error_message = "Lower-case letters and digits, with single dots, dashes, underscores and slashes between."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts images, in this region. A repository keeps its key for ever."
  type        = string
  nullable    = false
}

variable "untagged_days" {
  description = "Days that images without a tag are kept."
  type        = number
  default     = 14
  nullable    = false

  validation {
    condition     = var.untagged_days >= 1
    error_message = "At least one day."
  }
}

variable "guarded" {
  description = "Whether deletion is refused; off once what it holds may go."
  type        = bool
  default     = true
  nullable    = false
}
