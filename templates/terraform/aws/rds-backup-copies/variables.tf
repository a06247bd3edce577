variable "instances" {
  description = "ARNs of the instances elsewhere whose backups are copied here, by name. They must exist and keep backups."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for arn in values(var.instances) : can(regex("^arn:aws[a-z-]*:rds:[a-z0-9-]+:[0-9]{12}:db:", arn))])
    error_message = "An ARN such as arn:aws:rds:us-east-1:123456789012:db:main."
  }
}

variable "keep_days" {
  description = "Days that any moment can be restored from."
  type        = number
  nullable    = false

  validation {
    condition     = var.keep_days >= 1 && var.keep_days <= 35
    error_message = "RDS keeps 1 to 35 days."
  }
}

variable "kms_key_arn" {
  description = "Key of the copies, in the region that they are copied to."
  type        = string
  nullable    = false
}
