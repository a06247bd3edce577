mock_provider "google" {}

variables {
  project_id = "shop-prod"
  name       = "shop"
  network_id = "projects/shop-prod/global/networks/shop"
  clusters = {
    us-central1 = { name = "gke-us-central1", ranges = ["10.0.0.0/20"] }
  }
}

run "manages_the_mesh" {
  command = plan

  assert {
    condition     = google_gke_hub_feature_membership.mesh["us-central1"].mesh[0].management == "MANAGEMENT_AUTOMATIC"
    error_message = "The control plane must be managed."
  }
}

run "lets_pods_call_pods" {
  command = plan

  assert {
    condition     = google_compute_firewall.east_west.source_ranges == toset(["10.0.0.0/20"]) && one(google_compute_firewall.east_west.allow).protocol == "tcp"
    error_message = "Calls between clusters come from pods."
  }
}

run "joins_a_mesh_that_others_made" {
  command = plan

  variables {
    make_feature = false
  }

  assert {
    condition     = length(google_gke_hub_feature.mesh) == 0 && google_gke_hub_feature_membership.mesh["us-central1"].feature == "servicemesh"
    error_message = "What the project has already is used and not made."
  }
}

run "refuses_the_open_world" {
  command = plan

  variables {
    clusters = { us-central1 = { name = "c", ranges = ["0.0.0.0/0"] } }
  }

  expect_failures = [var.clusters]
}
