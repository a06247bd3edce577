mock_provider "google" {
  override_data {
    target = data.google_compute_network.this
    values = { name = "shared" }
  }

  override_data {
    target = data.google_compute_subnetwork.this
    values = {
      ip_cidr_range            = "10.20.0.0/20"
      private_ip_google_access = true
      network                  = "https://www.googleapis.com/compute/v1/projects/host-prod/global/networks/shared"
      secondary_ip_range = [
        { range_name = "pods", ip_cidr_range = "10.21.0.0/16" },
        { range_name = "services", ip_cidr_range = "10.22.0.0/20" },
      ]
    }
  }
}

variables {
  project_id = "host-prod"
  name       = "shared"
  subnetworks = {
    us-central1 = { name = "apps-us-central1", cidr = "10.20.0.0/20", pods_cidr = "10.21.0.0/16", services_cidr = "10.22.0.0/20" }
  }
}

run "passes_on_the_network_of_its_project" {
  command = plan

  assert {
    condition     = output.network_id == "projects/host-prod/global/networks/shared"
    error_message = "A network is named with its own project."
  }
}

run "refuses_other_ranges" {
  command = plan

  variables {
    subnetworks = {
      us-central1 = { name = "apps-us-central1", cidr = "10.20.0.0/20", pods_cidr = "10.99.0.0/16", services_cidr = "10.22.0.0/20" }
    }
  }

  expect_failures = [data.google_compute_subnetwork.this]
}

run "refuses_a_subnetwork_of_another_network" {
  command = plan

  variables {
    name = "other"
  }

  expect_failures = [data.google_compute_subnetwork.this]
}
