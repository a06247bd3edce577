variable "project_id" {
  description = "Project that holds the resources."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "A project id has 6 to 30 lower-case letters, digits and dashes."
  }
}

variable "name" {
  description = "Prefix of the names of resources."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$", var.name))
    error_message = "At most 40 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "host" {
  description = "Host name that is checked."
  type        = string
  nullable    = false
}

variable "load_balancer" {
  description = "The load balancer's check of GKE back ends; null for Cloud Run, whose health comes from readiness probes."
  type = object({
    path                = string
    interval_seconds    = number
    timeout_seconds     = number
    healthy_threshold   = number
    unhealthy_threshold = number
  })
  default = null

  validation {
    condition     = var.load_balancer == null ? true : var.load_balancer.interval_seconds >= 1 && var.load_balancer.interval_seconds <= 300 && var.load_balancer.timeout_seconds <= var.load_balancer.interval_seconds
    error_message = "The interval is 1 to 300 seconds and not shorter than the timeout."
  }

  validation {
    condition     = var.load_balancer == null ? true : var.load_balancer.healthy_threshold >= 1 && var.load_balancer.healthy_threshold <= 10 && var.load_balancer.unhealthy_threshold >= 1 && var.load_balancer.unhealthy_threshold <= 10
    error_message = "Thresholds are 1 to 10."
  }
}

variable "dns" {
  description = "The check of Cloud DNS for a host with a backup load balancer, from exactly three regions; null for a host without one. A path is asked over https and must answer 200; without one a connection is enough."
  type = object({
    path                = optional(string)
    interval_seconds    = number
    timeout_seconds     = number
    healthy_threshold   = number
    unhealthy_threshold = number
    source_regions      = list(string)
  })
  default = null

  validation {
    condition     = var.dns == null ? true : var.dns.interval_seconds >= 30 && var.dns.interval_seconds <= 300 && var.dns.timeout_seconds <= var.dns.interval_seconds
    error_message = "Cloud DNS asks every 30 to 300 seconds, and the timeout is not longer."
  }

  validation {
    condition     = var.dns == null ? true : length(distinct(var.dns.source_regions)) == 3
    error_message = "Cloud DNS probes from exactly three regions."
  }
}

variable "uptime_paths" {
  description = "Paths that are probed from outside every minute, the shortest period that there is."
  type        = set(string)
  nullable    = false

  validation {
    condition     = alltrue([for p in var.uptime_paths : startswith(p, "/")])
    error_message = "A path begins with a slash."
  }
}

variable "uptime_regions" {
  description = "Where probes come from; together at least three locations."
  type        = list(string)
  default     = ["USA", "EUROPE", "ASIA_PACIFIC"]
  nullable    = false
}

variable "expected_status" {
  description = "Status that counts as healthy."
  type        = number
  default     = 200
  nullable    = false
}

variable "expected_body" {
  description = "Text that the answer must hold; null for any."
  type        = string
  default     = null
}
