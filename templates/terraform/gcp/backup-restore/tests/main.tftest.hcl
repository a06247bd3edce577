mock_provider "google" {}

variables {
  project_id = "shop-prod"
  name       = "shop"
  namespaces = ["shop"]
  keep_days  = 30
  evidence   = { bucket = "shop-prod-evidence", location = "US", kms_key_id = "projects/shop-prod/locations/us/keyRings/r/cryptoKeys/storage" }
  clusters = {
    us-central1 = {
      cluster_id         = "projects/shop-prod/locations/us-central1/clusters/gke-us-central1"
      backup_region      = "us-east1"
      kms_key_id         = "projects/shop-prod/locations/us-east1/keyRings/r/cryptoKeys/backup"
      restore_cluster_id = "projects/shop-prod/locations/us-east1/clusters/gke-us-east1"
    }
  }
}

run "keeps_backups_elsewhere" {
  command = plan

  assert {
    condition     = google_gke_backup_backup_plan.this["us-central1"].location == "us-east1"
    error_message = "A backup must survive the loss of its cluster's region."
  }

  assert {
    condition     = google_gke_backup_restore_plan.this["us-central1"].restore_config[0].namespaced_resource_restore_mode == "FAIL_ON_CONFLICT"
    error_message = "A restore must not overwrite what runs."
  }
}

run "refuses_a_backup_beside_its_cluster" {
  command = plan

  variables {
    clusters = { us-central1 = { cluster_id = "c", backup_region = "us-central1", kms_key_id = "k", restore_cluster_id = "c" } }
  }

  expect_failures = [var.clusters]
}
