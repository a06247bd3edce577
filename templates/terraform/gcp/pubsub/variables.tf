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

variable "regions" {
  description = "Regions that may store messages."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.regions) > 0
    error_message = "Messages must be stored somewhere."
  }
}

variable "kms_key_id" {
  description = "Key that encrypts the data at rest: projects/P/locations/L/keyRings/R/cryptoKeys/K."
  type        = string
  nullable    = false
}

variable "retention_seconds" {
  description = "Seconds that unread messages are kept: 10 minutes to 31 days."
  type        = number
  default     = 604800
  nullable    = false

  validation {
    condition     = var.retention_seconds >= 600 && var.retention_seconds <= 2678400
    error_message = "From 600 to 2678400 seconds."
  }
}

variable "dead_letter_retention_seconds" {
  description = "Seconds that messages are kept that could not be delivered."
  type        = number
  default     = 604800
  nullable    = false

  validation {
    condition     = var.dead_letter_retention_seconds >= 600 && var.dead_letter_retention_seconds <= 2678400
    error_message = "From 600 to 2678400 seconds."
  }
}

variable "ack_deadline_seconds" {
  description = "Seconds a receiver has before a message is sent again."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.ack_deadline_seconds >= 10 && var.ack_deadline_seconds <= 600
    error_message = "From 10 to 600 seconds."
  }
}

variable "max_delivery_attempts" {
  description = "Attempts before a message goes to the dead-letter topic."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.max_delivery_attempts >= 5 && var.max_delivery_attempts <= 100
    error_message = "From 5 to 100 attempts."
  }
}

variable "ordered" {
  description = "Whether messages with one ordering key are delivered in order. It pins them to the region that they were published in."
  type        = bool
  default     = false
  nullable    = false
}

variable "push" {
  description = "Where messages are sent: the address, the account that signs the requests, and the audience of its token. Null for pull."
  type = object({
    endpoint        = string
    service_account = string
    audience        = string
  })
  default = null

  validation {
    condition     = var.push == null ? true : startswith(var.push.endpoint, "https://")
    error_message = "Messages are pushed over https only."
  }
}

variable "publishers" {
  description = "IAM members that publish, by a name of their own."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "dead_letter_publishers" {
  description = "IAM members that set messages aside themselves, by a name of their own."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "labels" {
  description = "Labels on every resource that takes them."
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

variable "minimum_backoff_seconds" {
  description = "Seconds between two attempts at least. Attempts that are over before a lost region is back set every message aside."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.minimum_backoff_seconds >= 10 && var.minimum_backoff_seconds <= 600
    error_message = "Between 10 and 600 seconds."
  }
}
