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

variable "secrets" {
  description = "Secrets by name: the regions that hold a copy, the IAM members that read it, the seconds between rotations (null for none), and whether deletion is refused."
  type = map(object({
    regions          = set(string)
    readers          = optional(set(string), [])
    rotation_seconds = optional(number)
    guarded          = optional(bool, true)
  }))
  nullable = false

  validation {
    condition     = alltrue([for s in values(var.secrets) : length(s.regions) > 0])
    error_message = "Every secret needs at least one region."
  }

  validation {
    condition     = alltrue([for s in values(var.secrets) : s.rotation_seconds == null ? true : s.rotation_seconds >= 3600])
    error_message = "A secret can be rotated at most every hour."
  }
}

variable "kms_key_ids" {
  description = "Key of each region that holds copies."
  type        = map(string)
  nullable    = false
}

variable "topic_kms_key_id" {
  description = "Key of the topic that announces rotations."
  type        = string
  nullable    = false
}

variable "labels" {
  description = "Labels on every resource that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "audited" {
  description = "Whether access to secrets is logged by a setting that is made here; false where the project has one already."
  type        = bool
  default     = true
  nullable    = false
}
