variable "name" {
  description = "Name of the table."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{3,255}$", var.name))
    error_message = "From 3 to 255 letters, digits, dots, dashes and underscores."
  }
}

variable "hash_key" {
  description = "Partition key: its name and type (S, N or B)."
  type = object({
    name = string
    type = string
  })
  default  = { name = "pk", type = "S" }
  nullable = false

  validation {
    condition     = contains(["S", "N", "B"], var.hash_key.type)
    error_message = "A key is a string, a number or binary."
  }
}

variable "range_key" {
  description = "Sort key; null for none."
  type = object({
    name = string
    type = string
  })
  default = null

  validation {
    condition     = var.range_key == null ? true : contains(["S", "N", "B"], var.range_key.type)
    error_message = "A key is a string, a number or binary."
  }
}

variable "expires_at" {
  description = "Attribute with the end of an item, in Unix time; null for none."
  type        = string
  default     = null
}

variable "recovery_days" {
  description = "Days that any second can be restored from, in this module's region; replicas keep 35."
  type        = number
  default     = 35
  nullable    = false

  validation {
    condition     = var.recovery_days >= 1 && var.recovery_days <= 35
    error_message = "DynamoDB keeps 1 to 35 days."
  }
}

variable "kms_key_arn" {
  description = "Key of the table in this module's region."
  type        = string
  nullable    = false
}

variable "replicas" {
  description = "The other regions, each with a key of its own."
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
