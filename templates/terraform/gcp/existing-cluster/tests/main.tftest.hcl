mock_provider "google" {
  override_data {
    target = data.google_container_cluster.this
    values = {
      name                     = "platform"
      cluster_ipv4_cidr        = "10.21.0.0/16"
      workload_identity_config = [{ workload_pool = "shop-prod.svc.id.goog" }]
      fleet                    = []
    }
  }
}

variables {
  project_id = "shop-prod"
  name       = "platform"
  location   = "us-central1"
  pods_cidr  = "10.21.0.0/16"
}

run "passes_on_the_cluster" {
  command = plan

  assert {
    condition     = output.cluster_id == "projects/shop-prod/locations/us-central1/clusters/platform"
    error_message = "Other parts name the cluster by its id."
  }
}

run "refuses_other_pods" {
  command = plan

  variables {
    pods_cidr = "10.99.0.0/16"
  }

  expect_failures = [data.google_container_cluster.this]
}

run "refuses_one_outside_of_the_fleet" {
  command = plan

  variables {
    in_fleet = true
  }

  expect_failures = [data.google_container_cluster.this]
}
