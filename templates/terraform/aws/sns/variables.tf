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
  description = "Name of the topic."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,256}$", var.name))
    error_message = "At most 256 letters, digits, dashes and underscores."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts messages, in this region; every publisher must be allowed to use it."
  type        = string
  nullable    = false
}

variable "publishers" {
  description = "Services of AWS that publish for this account, such as cloudwatch.amazonaws.com."
  type        = set(string)
  nullable    = false

  validation {
    condition     = alltrue([for s in var.publishers : endswith(s, ".amazonaws.com")])
    error_message = "A service is a principal that ends in .amazonaws.com."
  }
}

variable "emails" {
  description = "Mail addresses that are told, by a name. Each must confirm once."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for e in values(var.emails) : strcontains(e, "@")])
    error_message = "A mail address."
  }
}

variable "webhooks" {
  description = "HTTPS addresses that are told, by a name. Each must answer the confirmation by itself."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for w in values(var.webhooks) : startswith(w, "https://")])
    error_message = "An address that begins with https://."
  }
}
