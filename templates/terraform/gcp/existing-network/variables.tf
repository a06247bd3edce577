variable "project_id" {
  description = "Project that holds the network: the host project of a Shared VPC, or the system's own."
  type        = string
  nullable    = false
}

variable "name" {
  description = "Name of the network."
  type        = string
  nullable    = false
}

variable "subnetworks" {
  description = "The subnetwork of each region with a cluster, and the ranges of nodes, pods and services that this system counts on."
  type = map(object({
    name          = string
    cidr          = string
    pods_cidr     = string
    services_cidr = string
  }))
  nullable = false
}
