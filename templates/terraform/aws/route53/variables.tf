variable "zone_id" {
  description = "Public hosted zone of the host."
  type        = string
  nullable    = false
}

variable "domain" {
  description = "Domain of the zone."
  type        = string
  nullable    = false
}

variable "host" {
  description = "Host name that users reach: below the zone's domain, or, with apex, the domain itself."
  type        = string
  nullable    = false

  validation {
    condition     = var.apex ? var.host == var.domain : endswith(var.host, ".${var.domain}")
    error_message = "The host lies below the zone's domain, or is the domain itself and apex is true."
  }
}

variable "apex" {
  description = "Whether the host is the top of its zone. Its records are aliases there, which live as long as those of the load balancers, 60 s, and the host of each region must be in the same zone."
  type        = bool
  default     = false
  nullable    = false
}

variable "policy" {
  description = "How a region is chosen: latency, weighted or failover. One name has one policy."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["latency", "weighted", "failover"], var.policy)
    error_message = "The policy is latency, weighted or failover."
  }
}

variable "next_by_policy" {
  description = "Whether a lost region's users go where the policy sends them next; otherwise they are spread over all others alike."
  type        = bool
  default     = true
  nullable    = false
}

variable "ttl_seconds" {
  description = "Life of the records; not longer than a step of moving traffic. Aliases have their own: see apex."
  type        = number
  nullable    = false

  validation {
    condition     = var.ttl_seconds >= 0 && var.ttl_seconds <= 86400
    error_message = "A record lives at most a day."
  }
}

variable "endpoints" {
  description = "The regions: the host name that leads to each alone, the check that says whether it may have users, its weight, and whether it is the primary of a failover."
  type = map(object({
    host            = string
    health_check_id = string
    weight          = optional(number, 100)
    primary         = optional(bool, false)
  }))
  nullable = false

  validation {
    condition     = length(var.endpoints) >= 2
    error_message = "A host on one region needs no policy."
  }

  validation {
    condition     = alltrue([for endpoint in values(var.endpoints) : endpoint.weight >= 0 && endpoint.weight <= 255])
    error_message = "A weight is 0 to 255."
  }
}
