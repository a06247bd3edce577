# What lets the members of one Redis reach each other across regions: a private zone for their names, and a firewall rule for their ports.

resource "google_dns_managed_zone" "this" {
  project     = var.project_id
  name        = var.name
  dns_name    = "${var.domain}."
  description = "Names of the members of ${var.name}"
  visibility  = "private"
  labels      = var.labels

  private_visibility_config {
    networks {
      network_url = var.network_id
    }
  }
}

resource "google_compute_firewall" "members" {
  project   = var.project_id
  name      = "${var.name}-members"
  network   = var.network_id
  direction = "INGRESS"
  priority  = 900

  # Only the clusters of this system: nodes and pods of every region that has members.
  source_ranges = var.ranges

  allow {
    protocol = "tcp"
    ports    = ["6379", "26379"]
  }
}
