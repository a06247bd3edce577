variable "name" {
  description = "Name of the load balancer and of its target group, which the cluster binds by it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]+(-[a-z0-9]+)*$", var.name)) && length(var.name) <= 32 && !startswith(var.name, "internal-")
    error_message = "At most 32 lower-case letters, digits and single dashes, not beginning with internal-."
  }
}

variable "hosts" {
  description = "Host names that it serves; the first one names the certificate."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.hosts) >= 1 && length(var.hosts[0]) <= 64
    error_message = "At least one host, and at most 64 characters in the first one."
  }
}

variable "own_hosts" {
  description = "Id of the public zone of those hosts that lead to this region alone: they get a record that points here."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for host in keys(var.own_hosts) : contains(var.hosts, host)])
    error_message = "A host of its own is one of the hosts."
  }
}

variable "vpc_id" {
  description = "VPC of the load balancer and its targets."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Public subnets, one in each zone."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "A load balancer stands in at least two zones."
  }
}

variable "target_cidr" {
  description = "Range that the gateways' pods have addresses of."
  type        = string
  nullable    = false
}

variable "target_port" {
  description = "Port at which the gateways take HTTPS."
  type        = number
  default     = 8443
  nullable    = false
}

variable "health" {
  description = "How a gateway's health is seen: port and path of its readiness, how often and how patiently it is asked, and how many answers count."
  type = object({
    port                = optional(number, 15021)
    path                = optional(string, "/healthz/ready")
    interval_seconds    = number
    timeout_seconds     = number
    healthy_threshold   = number
    unhealthy_threshold = number
  })
  nullable = false

  validation {
    condition     = var.health.interval_seconds >= 5 && var.health.interval_seconds <= 300 && var.health.timeout_seconds >= 2 && var.health.timeout_seconds <= 120 && var.health.timeout_seconds < var.health.interval_seconds
    error_message = "Checks are 5 to 300 seconds apart, wait 2 to 120 seconds, and shorter than they are apart."
  }

  validation {
    condition     = alltrue([for n in [var.health.healthy_threshold, var.health.unhealthy_threshold] : n >= 2 && n <= 10])
    error_message = "Thresholds are 2 to 10."
  }
}

variable "minimum_healthy_percent" {
  description = "Share of healthy targets under which a zone, and with the last zone the region, is left."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.minimum_healthy_percent >= 1 && var.minimum_healthy_percent <= 100
    error_message = "A percentage from 1 to 100."
  }
}

variable "drain_seconds" {
  description = "Seconds that open requests get when a target leaves."
  type        = number
  nullable    = false

  validation {
    condition     = var.drain_seconds >= 0 && var.drain_seconds <= 3600
    error_message = "From 0 to 3600 seconds."
  }
}

variable "web_acl_arn" {
  description = "Web ACL in front of the load balancer."
  type        = string
  nullable    = false
}

variable "logs_bucket" {
  description = "Bucket of the access logs, in this region, to which the load balancer may write. It must be encrypted with keys of S3: load balancers cannot use others."
  type        = string
  nullable    = false
}

variable "guarded" {
  description = "Whether deletion is refused; off once what it holds may go."
  type        = bool
  default     = true
  nullable    = false
}
