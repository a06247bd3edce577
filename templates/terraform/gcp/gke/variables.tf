variable "project_id" {
  description = "Project that holds the resources."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "A project id has 6 to 30 lower-case letters, digits and dashes."
  }
}

variable "project_number" {
  description = "Number of the project; the e-mail addresses of its service agents hold it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{6,20}$", var.project_number))
    error_message = "A project number has only digits."
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

variable "region" {
  description = "Region of the resources."
  type        = string
  nullable    = false
}

variable "zones" {
  description = "Zones that nodes are in; load balancer back ends are made in each."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.zones) >= 2
    error_message = "At least two zones, so that one may be lost."
  }
}

variable "network_id" {
  description = "Id of the network."
  type        = string
  nullable    = false
}

variable "subnetwork_id" {
  description = "Id of the subnetwork, with secondary ranges pods and services."
  type        = string
  nullable    = false
}

variable "control_plane_cidr" {
  description = "Range of the control plane: a /28 that nothing else uses."
  type        = string
  nullable    = false

  validation {
    condition     = can(cidrhost(var.control_plane_cidr, 0)) && endswith(var.control_plane_cidr, "/28")
    error_message = "A /28 block such as 172.16.0.0/28."
  }
}

variable "private_endpoint" {
  description = "Whether the control plane has no public address; then commands must come from the network."
  type        = bool
  default     = true
  nullable    = false
}

variable "authorized_networks" {
  description = "Ranges that may reach the control plane, by a name."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for range in values(var.authorized_networks) : can(cidrhost(range, 0)) && range != "0.0.0.0/0"])
    error_message = "The control plane may not be open to the world."
  }
}

variable "security_group" {
  description = "Google group whose members hold Kubernetes roles: gke-security-groups@DOMAIN. Null for none."
  type        = string
  default     = null
}

variable "secrets_kms_key_id" {
  description = "Key that encrypts Kubernetes secrets."
  type        = string
  nullable    = false
}

variable "disk_kms_key_id" {
  description = "Key that encrypts the disks of nodes."
  type        = string
  nullable    = false
}

variable "node_service_account" {
  description = "E-mail address of the account that nodes run as."
  type        = string
  nullable    = false
}

variable "machine_type" {
  description = "Machine type of nodes."
  type        = string
  default     = "e2-standard-4"
  nullable    = false
}

variable "nodes" {
  description = "Fewest and most nodes over all zones."
  type = object({
    min = number
    max = number
  })
  nullable = false

  validation {
    condition     = var.nodes.min >= 1 && var.nodes.max >= var.nodes.min
    error_message = "At least one node, and no fewer at most than at least."
  }
}

variable "maintenance" {
  description = "When upgrades may happen: RFC 3339 start and end of the first window, and its recurrence (RFC 5545)."
  type = object({
    start      = string
    end        = string
    recurrence = string
  })
  default = {
    start      = "2026-01-03T02:00:00Z"
    end        = "2026-01-03T08:00:00Z"
    recurrence = "FREQ=WEEKLY;BYDAY=SA,SU"
  }
  nullable = false
}

variable "labels" {
  description = "Labels on every resource that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "guarded" {
  description = "Whether deletion is refused; off once what it holds may go."
  type        = bool
  default     = true
  nullable    = false
}

variable "kubernetes_version" {
  description = "The least version of the control plane, such as 1.33; null for what the channel chooses. It goes up by one minor version at a time, never down."
  type        = string
  default     = null

  validation {
    condition     = var.kubernetes_version == null ? true : can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "A version such as 1.33."
  }
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
