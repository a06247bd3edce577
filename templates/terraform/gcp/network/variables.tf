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

variable "regions" {
  description = "Ranges of each region with clusters: nodes, pods and services. They may not overlap, or the mesh cannot span the clusters. Empty for a network that only load balancers stand in."
  type = map(object({
    cidr          = string
    pods_cidr     = string
    services_cidr = string
  }))
  nullable = false

  validation {
    condition = alltrue([
      for r in values(var.regions) : can(cidrhost(r.cidr, 0)) && can(cidrhost(r.pods_cidr, 0)) && can(cidrhost(r.services_cidr, 0))
    ])
    error_message = "Every range must be a CIDR block such as 10.0.0.0/20."
  }
}

variable "health_check_ports" {
  description = "Ports that load balancers send requests and health checks to."
  type        = list(string)
  default     = ["8080", "8443", "15021"]
  nullable    = false
}

variable "internal_ports" {
  description = "Ports that clusters reach each other on."
  type        = list(string)
  default     = ["443", "8080", "8443", "10250"]
  nullable    = false
}
