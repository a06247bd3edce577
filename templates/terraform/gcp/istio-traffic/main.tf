# What Terraform owns of the mesh: the fleet's mesh feature and its members, and the way between the clusters' east-west gateways.

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

resource "google_compute_address" "east_west" {
  for_each = var.clusters

  project      = var.project_id
  name         = "${var.name}-east-west-${each.key}"
  region       = each.key
  subnetwork   = each.value.subnetwork_id
  address_type = "INTERNAL"
  purpose      = "GCE_ENDPOINT"
  labels       = var.labels
}

resource "google_compute_firewall" "east_west" {
  project   = var.project_id
  name      = "${var.name}-east-west"
  network   = var.network_id
  direction = "INGRESS"
  priority  = 900

  # 15443 carries encrypted calls, 15012 certificates and configuration, 15017 web hooks,
  # 15021 the gateway's health.
  source_ranges = flatten([for c in values(var.clusters) : c.ranges])

  allow {
    protocol = "tcp"
    ports    = ["15012", "15017", "15021", "15443"]
  }
}
