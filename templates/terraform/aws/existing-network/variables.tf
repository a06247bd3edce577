variable "vpc_id" {
  description = "Id of the VPC."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^vpc-[0-9a-f]+$", var.vpc_id))
    error_message = "An id such as vpc-0123456789abcdef0."
  }
}

variable "cidr" {
  description = "Range of the VPC that this system counts on. VPCs that are peered may not overlap."
  type        = string
  nullable    = false

  validation {
    condition     = can(cidrhost(var.cidr, 0))
    error_message = "A block such as 10.20.0.0/16."
  }
}

variable "zones" {
  description = "Zones that the subnets are in, each once for every kind that is used."
  type        = list(string)
  nullable    = false
}

variable "private_subnet_ids" {
  description = "Subnets of nodes, pods and internal load balancers."
  type        = list(string)
  nullable    = false
}

variable "public_subnet_ids" {
  description = "Subnets of public load balancers."
  type        = list(string)
  nullable    = false
}

variable "data_subnet_ids" {
  description = "Subnets of databases and caches."
  type        = list(string)
  nullable    = false
}
