# The VPC network that others own: read with the subnetworks of clusters, and held against what this system counts on.

data "google_compute_network" "this" {
  project = var.project_id
  name    = var.name
}

data "google_compute_subnetwork" "this" {
  for_each = var.subnetworks

  project = var.project_id
  name    = each.value.name
  region  = each.key

  lifecycle {
    postcondition {
      condition     = self.ip_cidr_range == each.value.cidr
      error_message = "The subnetwork ${each.value.name} has the range ${self.ip_cidr_range}, not ${each.value.cidr}: write its own into the topology."
    }

    postcondition {
      condition     = contains([for range in self.secondary_ip_range : "${range.range_name} ${range.ip_cidr_range}"], "pods ${each.value.pods_cidr}") && contains([for range in self.secondary_ip_range : "${range.range_name} ${range.ip_cidr_range}"], "services ${each.value.services_cidr}")
      error_message = "The subnetwork ${each.value.name} needs the secondary ranges pods (${each.value.pods_cidr}) and services (${each.value.services_cidr})."
    }

    postcondition {
      condition     = self.private_ip_google_access
      error_message = "The subnetwork ${each.value.name} needs private Google access: nodes have no public addresses."
    }

    postcondition {
      condition     = endswith(self.network, "/projects/${var.project_id}/global/networks/${var.name}")
      error_message = "The subnetwork ${each.value.name} is in ${self.network}, not in ${var.name}."
    }
  }
}
