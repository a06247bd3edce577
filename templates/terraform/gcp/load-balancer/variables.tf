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
  description = "Host name that users reach."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.host))
    error_message = "A host name such as api.example.com."
  }
}

variable "backends" {
  description = "What serves in each region: a Cloud Run service by name, or the endpoint groups that GKE makes for the ingress gateway, by name and zones. Preferred back ends of GKE are filled before the others; without capacity they get nothing until somebody gives them some."
  type = map(object({
    cloud_run = optional(string)
    preferred = optional(bool, false)
    capacity  = optional(number, 1)
    gke = optional(object({
      group = string
      zones = list(string)
    }))
  }))
  nullable = false

  validation {
    condition     = alltrue([for b in values(var.backends) : (b.cloud_run == null) != (b.gke == null)])
    error_message = "Every region has either cloud_run or gke."
  }

  validation {
    condition     = alltrue([for b in values(var.backends) : b.gke != null || (!b.preferred && b.capacity == 1)])
    error_message = "Back ends of Cloud Run have neither preference nor capacity."
  }

  validation {
    condition     = alltrue([for b in values(var.backends) : b.capacity == 0 || (b.capacity >= 0.1 && b.capacity <= 1)])
    error_message = "A capacity is 0, or from 0.1 to 1."
  }

  validation {
    condition     = length(distinct([for b in values(var.backends) : b.gke == null])) <= 1
    error_message = "Cloud Run and GKE cannot serve one host together."
  }
}

variable "serving_regions" {
  description = "Regions that get traffic; all if null. At the first apply the endpoint groups of GKE are not there yet: apply with [] first, then deploy the gateways, then apply without."
  type        = list(string)
  default     = null
}

variable "health_check_id" {
  description = "Health check of GKE back ends; not used for Cloud Run."
  type        = string
  default     = null
}

variable "timeout_seconds" {
  description = "Seconds that a back end may take to answer; not used for Cloud Run."
  type        = number
  default     = 30
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

variable "max_rate_per_endpoint" {
  description = "Requests per second that one endpoint of GKE bears before others are preferred."
  type        = number
  default     = 1000
  nullable    = false
}

variable "rate_limit" {
  description = "Requests of one client in an interval; null for no limit."
  type = object({
    count            = number
    interval_seconds = number
  })
  default = null

  validation {
    condition     = var.rate_limit == null ? true : contains([10, 30, 60, 120, 180, 240, 270, 300, 600, 900, 1200, 1800, 2700, 3600], var.rate_limit.interval_seconds)
    error_message = "Cloud Armor counts over 10, 30, 60, 120, 180, 240, 270, 300, 600, 900, 1200, 1800, 2700 or 3600 seconds."
  }
}

variable "region_limit" {
  description = "Requests of all clients in an interval to one region; null for no limit. Not beside rate_limit: Cloud Armor applies the first rule that matches."
  type = object({
    count            = number
    interval_seconds = number
  })
  default = null

  validation {
    condition     = var.region_limit == null || var.rate_limit == null
    error_message = "One of rate_limit and region_limit: the first rule that matches decides, and both match everything."
  }

  validation {
    condition     = var.region_limit == null ? true : var.region_limit.count >= 1 && var.region_limit.count <= 1000000 && contains([10, 30, 60, 120, 180, 240, 270, 300, 600, 900, 1200, 1800, 2700, 3600], var.region_limit.interval_seconds)
    error_message = "Cloud Armor counts up to 1000000 over 10, 30, 60, 120, 180, 240, 270, 300, 600, 900, 1200, 1800, 2700 or 3600 seconds."
  }
}

variable "default_certificate" {
  description = "Whether callers that name no host in the handshake get the certificate too, such as a DNS health check."
  type        = bool
  default     = false
  nullable    = false
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
