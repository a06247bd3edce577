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

variable "location" {
  description = "Location of the keys: a region, or the multi-region that the data is in (us, europe)."
  type        = string
  nullable    = false
}

variable "keys" {
  description = "Keys by name, each with the service agents that use it, such as gcp-sa-pubsub."
  type        = map(set(string))
  nullable    = false
}

variable "rotation_seconds" {
  description = "Seconds between two rotations."
  type        = number
  default     = 7776000
  nullable    = false

  validation {
    condition     = var.rotation_seconds >= 86400 && var.rotation_seconds <= 7776000
    error_message = "Keys are rotated at least every 90 days and at most once a day."
  }
}

variable "protection_level" {
  description = "Where keys live: HSM or SOFTWARE."
  type        = string
  default     = "HSM"
  nullable    = false

  validation {
    condition     = contains(["HSM", "SOFTWARE"], var.protection_level)
    error_message = "HSM or SOFTWARE."
  }
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
