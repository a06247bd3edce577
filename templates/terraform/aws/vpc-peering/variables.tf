variable "name" {
  description = "Name of the link."
  type        = string
  nullable    = false
}

variable "requester" {
  description = "The region that asks: name, VPC, its range, and its route tables by a name."
  type = object({
    region          = string
    vpc_id          = string
    cidr            = string
    route_table_ids = map(string)
  })
  nullable = false

  validation {
    condition     = can(cidrhost(var.requester.cidr, 0))
    error_message = "A block such as 10.0.0.0/16."
  }
}

variable "accepter" {
  description = "The region that accepts: name, VPC, its range, and its route tables by a name."
  type = object({
    region          = string
    vpc_id          = string
    cidr            = string
    route_table_ids = map(string)
  })
  nullable = false

  validation {
    condition     = can(cidrhost(var.accepter.cidr, 0)) && var.accepter.cidr != var.requester.cidr
    error_message = "A block such as 10.4.0.0/16, another than the requester's."
  }

  validation {
    condition     = var.accepter.region != var.requester.region
    error_message = "Two different regions."
  }
}
