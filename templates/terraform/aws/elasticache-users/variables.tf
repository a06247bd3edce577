variable "name" {
  description = "Id of the group and of the services' user, by which they sign in."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length(var.name) <= 32
    error_message = "At most 32 lower-case letters, digits and single dashes, beginning with a letter."
  }
}

variable "engine_version" {
  description = "Version of the store's engine: Redis up to 7.1, Valkey from 7.2 on."
  type        = string
  nullable    = false

  validation {
    condition     = try(tonumber(split(".", var.engine_version)[0]), 0) >= 7
    error_message = "Signing in by role needs version 7.0 or later."
  }
}
