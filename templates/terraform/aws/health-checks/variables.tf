variable "name" {
  description = "Prefix of the names of checks and alarms."
  type        = string
  nullable    = false
}

variable "region" {
  description = "Region that is checked."
  type        = string
  nullable    = false
}

variable "host" {
  description = "Host name that leads to this region alone."
  type        = string
  nullable    = false
}

variable "paths" {
  description = "Paths that must answer, all of them."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.paths) > 0 && alltrue([for path in var.paths : startswith(path, "/")])
    error_message = "At least one path, each beginning with a slash."
  }
}

variable "expected_body" {
  description = "Text that the first 5,120 bytes of the answer must hold; null for any answer."
  type        = string
  default     = null
}

variable "interval_seconds" {
  description = "Seconds between an answer and the next question: 10 or 30. Each try takes up to 6 more: 4 to connect and 2 to answer, which cannot be set."
  type        = number
  nullable    = false

  validation {
    condition     = contains([10, 30], var.interval_seconds)
    error_message = "Route 53 asks every 10 or every 30 seconds."
  }
}

variable "unhealthy_threshold" {
  description = "Failures in a row after which the region is left, and successes after which it is back."
  type        = number
  nullable    = false

  validation {
    condition     = var.unhealthy_threshold >= 1 && var.unhealthy_threshold <= 10
    error_message = "Route 53 counts 1 to 10."
  }
}

variable "zones_alarm" {
  description = "Name and region of the alarm that no zone has enough healthy targets; null if there is none."
  type = object({
    name   = string
    region = string
  })
  default = null
}

variable "evacuation" {
  description = "The metric that evacuates the region when it is 1, and the region of this module's provider, where its alarm stands."
  type = object({
    namespace    = string
    metric       = string
    alarm_region = string
  })
  nullable = false

  validation {
    condition     = var.evacuation.alarm_region != var.region
    error_message = "The switch must not lie in the region that it switches off."
  }
}

variable "automatic" {
  description = "Whether a region that does not answer is left by itself. If not, users stay until somebody turns the switch."
  type        = bool
  default     = true
  nullable    = false
}

variable "alarm_topic_arns" {
  description = "Topics of the alarm's region that are told when the region is evacuated, and when no longer."
  type        = list(string)
  default     = []
  nullable    = false
}
