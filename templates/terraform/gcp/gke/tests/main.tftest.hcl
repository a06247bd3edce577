mock_provider "google" {}

variables {
  project_id           = "shop-prod"
  project_number       = "123456789012"
  name                 = "gke-us-central1"
  region               = "us-central1"
  zones                = ["us-central1-a", "us-central1-b", "us-central1-c"]
  network_id           = "projects/shop-prod/global/networks/shop"
  subnetwork_id        = "projects/shop-prod/regions/us-central1/subnetworks/shop-us-central1"
  control_plane_cidr   = "172.16.0.0/28"
  authorized_networks  = { office = "192.0.2.0/24" }
  secrets_kms_key_id   = "projects/shop-prod/locations/us-central1/keyRings/r/cryptoKeys/gke"
  disk_kms_key_id      = "projects/shop-prod/locations/us-central1/keyRings/r/cryptoKeys/disk"
  node_service_account = "nodes@shop-prod.iam.gserviceaccount.com"
  nodes                = { min = 3, max = 9 }
}

run "is_private_and_encrypted" {
  command = plan

  assert {
    condition     = google_container_cluster.this.private_cluster_config[0].enable_private_nodes && google_container_cluster.this.private_cluster_config[0].enable_private_endpoint
    error_message = "Nodes and control plane must be private."
  }

  assert {
    condition     = google_container_cluster.this.database_encryption[0].state == "ENCRYPTED"
    error_message = "Kubernetes secrets must be encrypted with a key of ours."
  }

  assert {
    condition     = google_container_cluster.this.deletion_protection
    error_message = "A plan must not delete the cluster."
  }
}

run "refuses_the_open_world" {
  command = plan

  variables {
    authorized_networks = { all = "0.0.0.0/0" }
  }

  expect_failures = [var.authorized_networks]
}
