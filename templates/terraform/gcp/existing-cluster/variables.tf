variable "project_id" {
  description = "Project that holds the cluster."
  type        = string
  nullable    = false
}

variable "name" {
  description = "Name of the cluster."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$", var.name))
    error_message = "At most 40 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "location" {
  description = "Region of the cluster: it is a regional one."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.location))
    error_message = "A region such as us-central1, no zone: a zonal cluster is lost with its zone."
  }
}

variable "pods_cidr" {
  description = "Range of its pods that this system counts on."
  type        = string
  nullable    = false
}

variable "in_fleet" {
  description = "Whether it has to be a member of the project's fleet."
  type        = bool
  default     = false
  nullable    = false
}
