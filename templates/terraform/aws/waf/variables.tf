variable "name" {
  description = "Name of the web ACL."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,128}$", var.name))
    error_message = "At most 128 letters, digits, dashes and underscores."
  }
}

variable "firewall" {
  description = "Whether what AWS' managed rules know as attacks is refused; otherwise it is only counted."
  type        = bool
  default     = true
  nullable    = false
}

variable "blocked_countries" {
  description = "Countries that are refused, as ISO codes."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for country in var.blocked_countries : can(regex("^[A-Z]{2}$", country))])
    error_message = "A country is two capital letters."
  }
}

variable "client_limit_per_minute" {
  description = "Requests of one client's address in a minute; null for no limit."
  type        = number
  default     = null

  validation {
    condition     = var.client_limit_per_minute == null ? true : var.client_limit_per_minute >= 10 && var.client_limit_per_minute <= 2000000000
    error_message = "WAF counts from 10 to 2,000,000,000 requests."
  }
}

variable "region_limit_per_minute" {
  description = "Requests of all clients to this region in a minute; null for no limit."
  type        = number
  default     = null

  validation {
    condition     = var.region_limit_per_minute == null ? true : var.region_limit_per_minute >= 10 && var.region_limit_per_minute <= 2000000000
    error_message = "WAF counts from 10 to 2,000,000,000 requests."
  }
}

variable "logs_kms_key_arn" {
  description = "Key of the logs, in this region; CloudWatch Logs must be allowed to use it."
  type        = string
  nullable    = false
}

variable "health_checker_cidrs" {
  description = "Ranges of Route 53's health checkers where Terraform cannot reach ip-ranges.amazonaws.com, from `aws route53 get-checker-ip-ranges`; null for those that AWS publishes."
  type        = list(string)
  default     = null

  validation {
    condition     = var.health_checker_cidrs == null ? true : length(var.health_checker_cidrs) > 0 && alltrue([for range in var.health_checker_cidrs : can(cidrhost(range, 0)) && range != "0.0.0.0/0"])
    error_message = "At least one range, and not the whole world."
  }
}

variable "body_rules_block" {
  description = "Whether rules on the bodies of requests refuse; otherwise they only count."
  type        = bool
  default     = false
  nullable    = false
}
