# One VPC network for all regions: a subnetwork, a router and NAT where clusters stand, and a firewall that denies what nothing needs.

locals {
  # Where Google's load balancers and health checks come from.
  health_check_ranges = ["35.191.0.0/16", "130.211.0.0/22"]
  cluster_ranges      = flatten([for r in values(var.regions) : [r.cidr, r.pods_cidr]])
  # Without clusters nothing in the network is reached by anybody.
  reached = length(var.regions) == 0 ? {} : { this = local.cluster_ranges }
}

resource "google_compute_network" "this" {
  project                 = var.project_id
  name                    = var.name
  auto_create_subnetworks = false
  routing_mode            = "GLOBAL"
}

resource "google_compute_subnetwork" "this" {
  for_each = var.regions

  project                  = var.project_id
  name                     = "${var.name}-${each.key}"
  network                  = google_compute_network.this.id
  region                   = each.key
  ip_cidr_range            = each.value.cidr
  private_ip_google_access = true

  secondary_ip_range {
    range_name    = "pods"
    ip_cidr_range = each.value.pods_cidr
  }

  secondary_ip_range {
    range_name    = "services"
    ip_cidr_range = each.value.services_cidr
  }

  log_config {
    aggregation_interval = "INTERVAL_5_MIN"
    flow_sampling        = 0.5
    metadata             = "INCLUDE_ALL_METADATA"
  }
}

resource "google_compute_router" "this" {
  for_each = var.regions

  project = var.project_id
  name    = "${var.name}-${each.key}"
  network = google_compute_network.this.id
  region  = each.key
}

resource "google_compute_router_nat" "this" {
  for_each = var.regions

  project                            = var.project_id
  name                               = "${var.name}-${each.key}"
  router                             = google_compute_router.this[each.key].name
  region                             = each.key
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"

  log_config {
    enable = true
    filter = "ERRORS_ONLY"
  }
}

resource "google_compute_firewall" "deny_ingress" {
  project   = var.project_id
  name      = "${var.name}-deny-ingress"
  network   = google_compute_network.this.id
  direction = "INGRESS"
  priority  = 65534

  source_ranges = ["0.0.0.0/0"]

  deny {
    protocol = "all"
  }

  log_config {
    metadata = "EXCLUDE_ALL_METADATA"
  }
}

resource "google_compute_firewall" "health_checks" {
  for_each = local.reached

  project   = var.project_id
  name      = "${var.name}-health-checks"
  network   = google_compute_network.this.id
  direction = "INGRESS"
  priority  = 1000

  source_ranges = local.health_check_ranges

  allow {
    protocol = "tcp"
    ports    = var.health_check_ports
  }
}

resource "google_compute_firewall" "internal" {
  for_each = local.reached

  project   = var.project_id
  name      = "${var.name}-internal"
  network   = google_compute_network.this.id
  direction = "INGRESS"
  priority  = 1000

  source_ranges = each.value

  allow {
    protocol = "tcp"
    ports    = var.internal_ports
  }
}
