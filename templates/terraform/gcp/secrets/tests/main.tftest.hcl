mock_provider "google" {}

variables {
  project_id       = "shop-prod"
  project_number   = "123456789012"
  name             = "shop"
  kms_key_ids      = { europe-west1 = "projects/shop-prod/locations/europe-west1/keyRings/r/cryptoKeys/k" }
  topic_kms_key_id = "projects/shop-prod/locations/europe-west1/keyRings/r/cryptoKeys/k"
  first_rotation   = "2027-01-01T00:00:00Z"
  secrets          = { api-key = { regions = ["europe-west1"], readers = ["serviceAccount:api@shop-prod.iam.gserviceaccount.com"], rotation_seconds = 7776000 } }
}

run "stays_in_the_named_regions" {
  command = plan

  assert {
    condition     = length(google_secret_manager_secret.this["api-key"].replication[0].auto) == 0
    error_message = "Automatic replication promises no residency."
  }

  assert {
    condition     = one(google_secret_manager_secret.this["api-key"].replication[0].user_managed[0].replicas).location == "europe-west1"
    error_message = "The copy must be where it was asked for."
  }
}

run "refuses_a_secret_without_a_region" {
  command = plan

  variables {
    secrets = { api-key = { regions = [] } }
  }

  expect_failures = [var.secrets]
}
