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

variable "network_id" {
  description = "Id of the network that all clusters are in."
  type        = string
  nullable    = false
}

variable "clusters" {
  description = "Clusters by region: the name, and the ranges of nodes and pods. A cluster that must not reach the others belongs into a mesh of its own."
  type = map(object({
    name   = string
    ranges = list(string)
  }))
  nullable = false

  validation {
    condition     = alltrue(flatten([for c in values(var.clusters) : [for r in c.ranges : can(cidrhost(r, 0)) && r != "0.0.0.0/0"]]))
    error_message = "Ranges are CIDR blocks, and the mesh is not open to the world."
  }
}

variable "labels" {
  description = "Labels on every resource that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "make_feature" {
  description = "Whether the fleet's feature of the service mesh is made here; false where the project has it already."
  type        = bool
  default     = true
  nullable    = false
}
