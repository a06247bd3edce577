# A GKE cluster that others own: read, and held against what this system counts on.

data "google_container_cluster" "this" {
  project  = var.project_id
  name     = var.name
  location = var.location

  lifecycle {
    postcondition {
      condition     = try(self.workload_identity_config[0].workload_pool, "") == "${var.project_id}.svc.id.goog"
      error_message = "${var.name} needs Workload Identity with the pool ${var.project_id}.svc.id.goog."
    }

    postcondition {
      condition     = self.cluster_ipv4_cidr == var.pods_cidr
      error_message = "The pods of ${var.name} are in ${coalesce(self.cluster_ipv4_cidr, "no range")}, not in ${var.pods_cidr}: write its own range into the topology."
    }

    postcondition {
      condition     = !var.in_fleet || length(self.fleet) > 0
      error_message = "${var.name} must be a member of the project's fleet: the mesh spans its members."
    }
  }
}
