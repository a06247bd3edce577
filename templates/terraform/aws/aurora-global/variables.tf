variable "name" {
  description = "Identifier of the global database."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length(var.name) <= 63
    error_message = "At most 63 lower-case letters, digits and single dashes, beginning with a letter."
  }
}

variable "engine_version" {
  description = "Version of Aurora PostgreSQL; upgrades begin here and nowhere else."
  type        = string
  nullable    = false
}

variable "guarded" {
  description = "Whether deletion is refused; off once what it holds may go."
  type        = bool
  default     = true
  nullable    = false
}
