# What Terraform owns of the mesh: the fleet's mesh feature and its members, and the way between pods of its clusters.

locals {
  feature = "servicemesh"
}

# A fleet has one, whatever systems share the project: nothing here takes it from them.
resource "google_gke_hub_feature" "mesh" {
  for_each = var.make_feature ? { this = local.feature } : {}

  project         = var.project_id
  name            = each.value
  location        = "global"
  labels          = var.labels
  deletion_policy = "ABANDON"
}

moved {
  from = google_gke_hub_feature.mesh
  to   = google_gke_hub_feature.mesh["this"]
}

resource "google_gke_hub_feature_membership" "mesh" {
  for_each = var.clusters

  project             = var.project_id
  location            = "global"
  feature             = var.make_feature ? google_gke_hub_feature.mesh["this"].name : local.feature
  membership          = each.value.name
  membership_location = each.key

  mesh {
    management = "MANAGEMENT_AUTOMATIC"
  }
}

# Clusters of a fleet share a network, and pods call pods: nothing calls these addresses any more.
# Once the gateways that held them are gone, they can be released by hand.
removed {
  from = google_compute_address.east_west

  lifecycle {
    destroy = false
  }
}

# GKE opens a cluster's pods to its own pods only. Which pods take which calls is a matter of the
# clusters' network policies and of the mesh.
resource "google_compute_firewall" "east_west" {
  project   = var.project_id
  name      = "${var.name}-east-west"
  network   = var.network_id
  direction = "INGRESS"
  priority  = 900

  source_ranges = flatten([for c in values(var.clusters) : c.ranges])

  allow {
    protocol = "tcp"
  }
}
