variable "zone_id" {
  description = "The zone."
  type        = string
  nullable    = false
}

variable "networks" {
  description = "VPCs that may ask it, by region."
  type        = map(string)
  nullable    = false
}

variable "domain" {
  description = "Domain of the zone, such as us-east-1.shop.internal; null where there are no names."
  type        = string
  default     = null

  validation {
    condition     = var.domain == null ? length(var.names) == 0 : can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "A domain such as us-east-1.shop.internal, which names need."
  }
}

variable "names" {
  description = "What each name below the domain leads to."
  type        = map(string)
  default     = {}
  nullable    = false
}
