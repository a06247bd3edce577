variable "name" {
  description = "Name of the load balancer and of its target group, which the cluster binds by it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]+(-[a-z0-9]+)*$", var.name)) && length(var.name) <= 32 && !startswith(var.name, "internal-")
    error_message = "At most 32 lower-case letters, digits and single dashes, not beginning with internal-."
  }
}

variable "vpc_id" {
  description = "VPC of the load balancer and its targets."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Private subnets, one in each zone."
  type        = list(string)
  nullable    = false
}

variable "client_cidrs" {
  description = "Ranges that may connect, by what they are."
  type        = map(string)
  nullable    = false
}

variable "port" {
  description = "Port that the regions call."
  type        = number
  default     = 443
  nullable    = false

  validation {
    condition     = var.port >= 1 && var.port <= 65535
    error_message = "A port is 1 to 65535."
  }
}

variable "target_cidr" {
  description = "Range that the targets have addresses of."
  type        = string
  nullable    = false
}

variable "target_port" {
  description = "Port of the targets."
  type        = number
  nullable    = false

  validation {
    condition     = var.target_port >= 1 && var.target_port <= 65535
    error_message = "A port is 1 to 65535."
  }
}

variable "guarded" {
  description = "Whether deletion is refused; off once what it holds may go."
  type        = bool
  default     = true
  nullable    = false
}
