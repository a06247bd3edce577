mock_provider "google" {}

variables {
  project_id = "shop-prod"
  name       = "shop"
  region     = "us-central1"
  network_id = "projects/shop-prod/global/networks/shop"
  cidr       = "10.3.0.0/23"
}

run "is_for_proxies_only" {
  command = plan

  assert {
    condition     = google_compute_subnetwork.this.purpose == "REGIONAL_MANAGED_PROXY" && google_compute_subnetwork.this.role == "ACTIVE"
    error_message = "Regional load balancers need an active proxy-only range."
  }
}

run "refuses_a_small_range" {
  command = plan

  variables {
    cidr = "10.3.0.0/27"
  }

  expect_failures = [var.cidr]
}
