variable "account_id" {
  description = "Account that holds the resources."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account's id has twelve digits."
  }
}

variable "region" {
  description = "Region of the resources, the provider's own."
  type        = string
  nullable    = false
}

variable "name" {
  description = "Name of the VPC, and prefix of the names of what is in it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,58}[a-z0-9])?$", var.name))
    error_message = "At most 60 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "flow_log_role_name" {
  description = "Name of the IAM role that writes flow logs; names of roles are shared by all regions."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.flow_log_role_name))
    error_message = "At most 64 letters, digits and +=,.@_-."
  }
}

variable "cidr" {
  description = "Range of the VPC. VPCs that are peered may not overlap."
  type        = string
  nullable    = false

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && try(tonumber(split("/", var.cidr)[1]) >= 16 && tonumber(split("/", var.cidr)[1]) <= 28, false)
    error_message = "A block of /16 to /28, such as 10.0.0.0/16."
  }
}

variable "zones" {
  description = "Zones that subnets are in. The letters mean other places in other accounts."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.zones) >= 2 && length(var.zones) <= 3 && length(distinct(var.zones)) == length(var.zones)
    error_message = "Two or three different zones."
  }
}

variable "private_cidrs" {
  description = "Ranges for nodes, pods and internal load balancers, at least one for each zone."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.private_cidrs) >= length(var.zones) && alltrue([for c in var.private_cidrs : can(cidrhost(c, 0))])
    error_message = "One block for each zone, such as 10.0.0.0/18."
  }
}

variable "public_cidrs" {
  description = "Ranges for public load balancers and NAT, at least one for each zone."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.public_cidrs) >= length(var.zones) && alltrue([for c in var.public_cidrs : can(cidrhost(c, 0))])
    error_message = "One block for each zone, such as 10.0.192.0/22."
  }
}

variable "data_cidrs" {
  description = "Ranges for databases and caches, at least one for each zone."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.data_cidrs) >= length(var.zones) && alltrue([for c in var.data_cidrs : can(cidrhost(c, 0))])
    error_message = "One block for each zone, such as 10.0.208.0/22."
  }
}

variable "gateway_endpoints" {
  description = "Services reached through the route tables, free of charge."
  type        = set(string)
  default     = ["s3"]
  nullable    = false
}

variable "interface_endpoints" {
  description = "Services reached through addresses in the private subnets: what nodes and pods need even when the way out is lost."
  type        = set(string)
  default     = ["ec2", "ecr.api", "ecr.dkr", "eks", "elasticloadbalancing", "kms", "logs", "secretsmanager", "sts"]
  nullable    = false
}

variable "flow_log_days" {
  description = "Days that flow logs are kept."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827], var.flow_log_days)
    error_message = "A number of days that CloudWatch Logs knows, such as 365."
  }
}

variable "logs_kms_key_arn" {
  description = "Key that encrypts flow logs; CloudWatch Logs must be allowed to use it."
  type        = string
  nullable    = false
}
