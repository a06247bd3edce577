mock_provider "google" {}

variables {
  project_id = "shop-prod"
  name       = "shop"
  regions = {
    us-central1 = { cidr = "10.0.0.0/20", pods_cidr = "10.1.0.0/16", services_cidr = "10.2.0.0/20" }
    us-east1    = { cidr = "10.4.0.0/20", pods_cidr = "10.5.0.0/16", services_cidr = "10.6.0.0/20" }
  }
}

run "denies_by_default_and_logs_flows" {
  command = plan

  assert {
    condition     = google_compute_firewall.deny_ingress.priority > google_compute_firewall.internal["this"].priority
    error_message = "The deny rule must come last."
  }

  assert {
    condition     = alltrue([for s in google_compute_subnetwork.this : s.private_ip_google_access && length(s.log_config) == 1])
    error_message = "Every subnetwork needs private access and flow logs."
  }

  assert {
    condition     = !contains(google_compute_firewall.internal["this"].source_ranges, "0.0.0.0/0")
    error_message = "Internal ports may not be open to the world."
  }
}

run "without_clusters_nothing_is_let_in_or_out" {
  command = plan

  variables {
    regions = {}
  }

  assert {
    condition     = length(google_compute_firewall.internal) + length(google_compute_firewall.health_checks) == 0
    error_message = "Nothing in the network is to be reached."
  }

  assert {
    condition     = length(google_compute_subnetwork.this) + length(google_compute_router_nat.this) == 0
    error_message = "A NAT that nothing uses is paid for."
  }

  assert {
    condition     = google_compute_firewall.deny_ingress.direction == "INGRESS"
    error_message = "What is not allowed is denied and logged."
  }
}

run "refuses_a_bad_range" {
  command = plan

  variables {
    regions = {
      us-central1 = { cidr = "10.0.0.0", pods_cidr = "10.1.0.0/16", services_cidr = "10.2.0.0/20" }
    }
  }

  expect_failures = [var.regions]
}
