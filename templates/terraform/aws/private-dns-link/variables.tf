variable "zone_id" {
  description = "The zone."
  type        = string
  nullable    = false
}

variable "networks" {
  description = "VPCs that may ask it, by region."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.networks) > 0
    error_message = "At least one network."
  }
}
