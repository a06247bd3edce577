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
