variable "name" {
  description = "Suffix of the global group's id; AWS chooses the beginning."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,39}$", var.name))
    error_message = "At most 40 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "primary_replication_group_id" {
  description = "The group that writes first, in this module's region."
  type        = string
  nullable    = false
}

variable "engine_version" {
  description = "Version of all groups; minor versions go up here and nowhere else, none goes down."
  type        = string
  nullable    = false
}

variable "node_type" {
  description = "Type of the nodes of all groups; it changes here and nowhere else."
  type        = string
  nullable    = false
}

variable "shards" {
  description = "How many shards all groups have; it changes here and nowhere else."
  type        = number
  default     = 1
  nullable    = false
}
