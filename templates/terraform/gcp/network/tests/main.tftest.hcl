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
    condition     = google_compute_firewall.deny_ingress.priority > google_compute_firewall.internal.priority
    error_message = "The deny rule must come last."
  }

  assert {
    condition     = alltrue([for s in google_compute_subnetwork.this : s.private_ip_google_access && length(s.log_config) == 1])
    error_message = "Every subnetwork needs private access and flow logs."
  }

  assert {
    condition     = !contains(google_compute_firewall.internal.source_ranges, "0.0.0.0/0")
    error_message = "Internal ports may not be open to the world."
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
