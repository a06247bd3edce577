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
  description = "Id of the instance; it begins the names of what belongs to it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$", var.name))
    error_message = "At most 40 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "region" {
  description = "Region of the instance."
  type        = string
  nullable    = false
}

variable "network_id" {
  description = "Network whose pods reach the instance."
  type        = string
  nullable    = false
}

variable "ip_range" {
  description = "Range of the instance's addresses, a /28 that no subnetwork has."
  type        = string
  nullable    = false

  validation {
    condition     = can(cidrhost(var.ip_range, 0)) && endswith(var.ip_range, "/28")
    error_message = "An instance with replicas to read from takes a /28."
  }
}

variable "domain" {
  description = "Private zone with the names primary and read."
  type        = string
  nullable    = false
}

variable "memory_size_gb" {
  description = "Memory of a node in GiB."
  type        = number
  nullable    = false

  validation {
    condition     = var.memory_size_gb >= 5 && var.memory_size_gb <= 300
    error_message = "A node with replicas to read from has 5 to 300 GiB."
  }
}

variable "replicas" {
  description = "Replicas of the primary; at least one, in another zone."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.replicas >= 1 && var.replicas <= 5
    error_message = "An instance has 1 to 5 replicas."
  }
}

variable "redis_version" {
  description = "Version of Redis, such as REDIS_7_2."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^REDIS_[0-9]+_[0-9X]+$", var.redis_version))
    error_message = "A version such as REDIS_7_2."
  }
}

variable "kms_key_id" {
  description = "Key that encrypts the data at rest, in this region."
  type        = string
  nullable    = false
}

variable "secrets_kms_key_id" {
  description = "Key that encrypts the password and the authority, in this region."
  type        = string
  nullable    = false
}

variable "maintenance_day" {
  description = "Day of the week on which Google may maintain the instance, at five."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"], var.maintenance_day)
    error_message = "A day of the week such as TUESDAY."
  }
}

variable "snapshot_period" {
  description = "Period of the snapshots that bring back an instance whose nodes are all lost; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.snapshot_period == null ? true : contains(["ONE_HOUR", "SIX_HOURS", "TWELVE_HOURS", "TWENTY_FOUR_HOURS"], var.snapshot_period)
    error_message = "ONE_HOUR, SIX_HOURS, TWELVE_HOURS or TWENTY_FOUR_HOURS."
  }
}

variable "exports" {
  description = "The bucket of the exports that people take: its name, its key, and the days that an export is kept. Null for none."
  type = object({
    bucket     = string
    kms_key_id = string
    keep_days  = number
  })
  default = null
}

variable "labels" {
  description = "Labels on every resource that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "timeouts" {
  description = "How long Terraform waits for its slowest resources; the provider's own times if left out."
  type = object({
    create = optional(string)
    update = optional(string)
    delete = optional(string)
  })
  default = null

  validation {
    condition     = var.timeouts == null ? true : alltrue([for time in values(var.timeouts) : time == null ? true : can(regex("^[0-9]+[smh]$", time))])
    error_message = "Times such as 90m."
  }
}
