variable "name" {
  description = "Name of the cluster."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$", var.name))
    error_message = "At most 100 letters, digits, dashes and underscores."
  }
}

variable "vpc_id" {
  description = "Id of the VPC that it stands in."
  type        = string
  nullable    = false
}
