mock_provider "google" {}

variables {
  project_id = "shop-prod"
  bucket     = "shop-prod-backup"
  location   = "us-central1"
  kms_key_id = "projects/shop-prod/locations/us-central1/keyRings/r/cryptoKeys/k"
}

run "is_private_and_versioned" {
  command = plan

  assert {
    condition     = google_storage_bucket.this.public_access_prevention == "enforced" && google_storage_bucket.this.uniform_bucket_level_access
    error_message = "The bucket must be private."
  }

  assert {
    condition     = google_storage_bucket.this.versioning[0].enabled && !google_storage_bucket.this.force_destroy
    error_message = "Nothing may be lost by one mistake."
  }
}

run "refuses_the_public" {
  command = plan

  variables {
    members = { all = { role = "roles/storage.objectViewer", member = "allUsers" } }
  }

  expect_failures = [var.members]
}
