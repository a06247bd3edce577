variable "project_id" {
  description = "Project that holds the resources."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "A project id has 6 to 30 lower-case letters, digits and dashes."
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
  description = "Location of the images: a multi-region (us, europe, asia), so that losing a region loses no image."
  type        = string
  nullable    = false
}

variable "kms_key_id" {
  description = "Key that encrypts the data at rest: projects/P/locations/L/keyRings/R/cryptoKeys/K."
  type        = string
  nullable    = false
}

variable "readers" {
  description = "IAM members that pull images, by a name of their own."
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
