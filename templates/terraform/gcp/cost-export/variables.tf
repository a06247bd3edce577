variable "project_id" {
  description = "Project that holds the resources."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "A project id has 6 to 30 lower-case letters, digits and dashes."
  }
}

variable "project_number" {
  description = "Number of the project; the e-mail addresses of its service agents hold it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{6,20}$", var.project_number))
    error_message = "A project number has only digits."
  }
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

variable "dataset_id" {
  description = "Id of the dataset."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_]+$", var.dataset_id))
    error_message = "Letters, digits and underscores."
  }
}

variable "location" {
  description = "Location of the dataset: US or EU, as the billing account asks."
  type        = string
  nullable    = false
}

variable "kms_key_id" {
  description = "Key that encrypts the data at rest: projects/P/locations/L/keyRings/R/cryptoKeys/K."
  type        = string
  nullable    = false
}

variable "budget" {
  description = "The budget of one month: billing account, amount in whole units, currency, and the channels that are told at 50, 80 and 100 %. Null for none."
  type = object({
    billing_account = string
    amount          = number
    currency        = string
    channel_ids     = list(string)
  })
  default = null

  validation {
    condition     = var.budget == null ? true : length(var.budget.channel_ids) <= 5
    error_message = "A budget tells at most five channels."
  }
}

variable "labels" {
  description = "Labels on every resource that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}
