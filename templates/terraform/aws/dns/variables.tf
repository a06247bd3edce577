variable "name" {
  description = "Prefix of the names of what belongs to the zone."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name))
    error_message = "Lower-case letters, digits and single dashes, beginning with a letter."
  }
}

variable "account_id" {
  description = "Account of the zone."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account's id has twelve digits."
  }
}

variable "domain" {
  description = "Domain of the zone, without a final dot."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "A domain such as shop.example.com."
  }
}
