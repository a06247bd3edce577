# What Terraform owns of the mesh: the fleet's mesh feature and its members, and the way between the clusters' east-west gateways.

resource "google_gke_hub_feature" "mesh" {
  project  = var.project_id
  name     = "servicemesh"
  location = "global"
  labels   = var.labels
}

resource "google_gke_hub_feature_membership" "mesh" {
  for_each = var.clusters

  project             = var.project_id
  location            = "global"
  feature             = google_gke_hub_feature.mesh.name
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
