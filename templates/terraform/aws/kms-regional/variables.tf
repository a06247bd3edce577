variable "account_id" {
  description = "Account that holds the resources."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account's id has twelve digits."
  }
}

variable "region" {
  description = "Region of the resources, the provider's own."
  type        = string
  nullable    = false
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

variable "keys" {
  description = "Keys by name, each with the services of AWS and the roles that use it without a caller of ours: logs.REGION.amazonaws.com."
  type = map(object({
    services = optional(set(string), [])
    roles    = optional(set(string), [])
  }))
  nullable = false

  validation {
    condition     = alltrue(flatten([for k in values(var.keys) : [for s in k.services : endswith(s, ".amazonaws.com")]]))
    error_message = "A service is a principal such as cloudwatch.amazonaws.com."
  }

  validation {
    condition     = alltrue(flatten([for k in values(var.keys) : [for r in k.roles : can(regex("^arn:aws:iam::[0-9]{12}:role/", r))]]))
    error_message = "A role is given by its ARN."
  }
}

variable "rotation_days" {
  description = "Days between two rotations."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.rotation_days >= 90 && var.rotation_days <= 2560
    error_message = "KMS rotates every 90 to 2560 days."
  }
}

variable "deletion_days" {
  description = "Days in which a deletion can be taken back."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.deletion_days >= 7 && var.deletion_days <= 30
    error_message = "KMS waits for 7 to 30 days."
  }
}
