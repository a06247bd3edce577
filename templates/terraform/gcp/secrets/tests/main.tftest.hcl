mock_provider "google" {}

variables {
  project_id       = "shop-prod"
  project_number   = "123456789012"
  name             = "shop"
  kms_key_ids      = { europe-west1 = "projects/shop-prod/locations/europe-west1/keyRings/r/cryptoKeys/k" }
  topic_kms_key_id = "projects/shop-prod/locations/europe-west1/keyRings/r/cryptoKeys/k"
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

run "rotates_first_after_one_period" {
  command = plan

  assert {
    condition     = timecmp(google_secret_manager_secret.this["api-key"].rotation[0].next_rotation_time, timeadd(plantimestamp(), "7775000s")) > 0
    error_message = "A secret that is added later must not be due in the past."
  }
}

run "refuses_a_secret_without_a_region" {
  command = plan

  variables {
    secrets = { api-key = { regions = [] } }
  }

  expect_failures = [var.secrets]
}

run "leaves_the_projects_audit_to_its_owner" {
  command = plan

  variables {
    audited = false
  }

  assert {
    condition     = length(google_project_iam_audit_config.secrets) == 0
    error_message = "What the project has already is not made."
  }
}
