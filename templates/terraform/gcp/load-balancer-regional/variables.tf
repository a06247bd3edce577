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
  description = "Prefix of the names of resources; the region follows."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,37}[a-z0-9])?$", var.name))
    error_message = "At most 39 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "host" {
  description = "Host name that users reach."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.host))
    error_message = "A host name such as api.example.com."
  }
}

variable "region" {
  description = "Region of the resources."
  type        = string
  nullable    = false
}

variable "cloud_run" {
  description = "Name of the Cloud Run service behind it, in the same region."
  type        = string
  nullable    = false
}

variable "network_id" {
  description = "Network whose proxy-only range in the region the load balancer uses."
  type        = string
  nullable    = false
}

variable "draining_seconds" {
  description = "Seconds that open requests get when a back end is taken out."
  type        = number
  nullable    = false

  validation {
    condition     = var.draining_seconds >= 0 && var.draining_seconds <= 3600
    error_message = "From 0 to 3600 seconds."
  }
}

variable "limit" {
  description = "Requests in an interval of one client (key IP) or of all clients together (key ALL); null for no limit."
  type = object({
    key              = string
    count            = number
    interval_seconds = number
  })
  default = null

  validation {
    condition     = var.limit == null ? true : contains(["ALL", "IP"], var.limit.key)
    error_message = "The key is IP or ALL."
  }

  validation {
    condition     = var.limit == null ? true : contains([10, 30, 60, 120, 180, 240, 270, 300, 600, 900, 1200, 1800, 2700, 3600], var.limit.interval_seconds)
    error_message = "Cloud Armor counts over 10, 30, 60, 120, 180, 240, 270, 300, 600, 900, 1200, 1800, 2700 or 3600 seconds."
  }
}

variable "block_bodies" {
  description = "Whether requests with known vulnerabilities in bodies or headers are refused; otherwise the log says which would be."
  type        = bool
  default     = false
  nullable    = false
}

variable "blocked_countries" {
  description = "Countries that are refused, as two-letter codes."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for c in var.blocked_countries : can(regex("^[A-Z]{2}$", c))])
    error_message = "Two capital letters, such as KP."
  }
}

variable "cors_origins" {
  description = "Origins whose pages may call the host."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "log_sample_rate" {
  description = "Share of requests that is logged."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.log_sample_rate >= 0 && var.log_sample_rate <= 1
    error_message = "From 0 to 1."
  }
}

variable "labels" {
  description = "Labels on every resource that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}
