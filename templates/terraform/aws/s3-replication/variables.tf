variable "role_name" {
  description = "Name of the IAM role that copies; names of roles are shared by all regions."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.role_name))
    error_message = "At most 64 letters, digits and +=,.@_-."
  }
}

variable "origin" {
  description = "Where objects come from, in the provider's region: region, bucket, and the key that they are encrypted with."
  type = object({
    region      = string
    bucket      = string
    kms_key_arn = string
  })
  nullable = false
}

variable "targets" {
  description = "Where copies go, by region: the bucket, and a key of that region."
  type = map(object({
    bucket      = string
    kms_key_arn = string
  }))
  nullable = false

  validation {
    condition     = length(var.targets) > 0 && alltrue([for region, target in var.targets : region != var.origin.region && target.bucket != var.origin.bucket])
    error_message = "At least one bucket, and each another one in another region."
  }

  validation {
    condition     = alltrue([for region, target in var.targets : strcontains(target.kms_key_arn, ":${region}:")])
    error_message = "A copy is encrypted with a key of its own region."
  }
}

variable "replicate_deletes" {
  description = "Whether a deletion deletes the copy too. Without it, copies survive a mistaken deletion."
  type        = bool
  default     = false
  nullable    = false
}

variable "two_way" {
  description = "Whether the targets are copied back by calls of their own."
  type        = bool
  default     = false
  nullable    = false
}
