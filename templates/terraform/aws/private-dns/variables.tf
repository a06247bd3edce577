variable "domain" {
  description = "Domain of the zone, such as us-east-1.shop.internal."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "A domain such as us-east-1.shop.internal."
  }
}

variable "vpc_id" {
  description = "VPC of the region."
  type        = string
  nullable    = false
}

variable "names" {
  description = "What each name below the domain leads to."
  type        = map(string)
  nullable    = false
}
