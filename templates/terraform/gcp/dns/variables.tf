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

variable "domain" {
  description = "Domain of a new zone, without a final dot."
  type        = string
  nullable    = false
}

variable "existing_zone" {
  description = "Name of a zone that is there already; a new one is made if null."
  type        = string
  default     = null
}

variable "hosts" {
  description = "Host names, each with the address of its load balancer, the life of its record, and the record that proves control for the certificate; with a failover, also the health check and the backup load balancers by region."
  type = map(object({
    address     = string
    ttl_seconds = number
    certificate_record = object({
      name = string
      type = string
      data = string
    })
    failover = optional(object({
      health_check_id = string
      backups = map(object({
        address = string
        certificate_record = object({
          name = string
          type = string
          data = string
        })
      }))
    }))
  }))
  nullable = false

  validation {
    condition     = alltrue([for h in values(var.hosts) : h.ttl_seconds >= 1 && h.ttl_seconds <= 86400])
    error_message = "A record lives from one second to a day."
  }
}

variable "labels" {
  description = "Labels on every resource that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}
