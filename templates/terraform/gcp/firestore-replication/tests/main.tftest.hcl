mock_provider "google" {}

variables {
  project_id     = "shop-prod"
  project_number = "123456789012"
  name           = "firestore-replication"
  regions        = ["us-central1", "europe-west1"]
  kms_key_id     = "projects/shop-prod/locations/us-central1/keyRings/r/cryptoKeys/pubsub"
  database_ids   = ["shop-us", "shop-eu"]
  workers        = { us = "serviceAccount:worker@shop-prod.iam.gserviceaccount.com" }
}

run "limits_the_worker_to_its_databases" {
  command = plan

  assert {
    condition     = google_project_iam_member.worker["us"].condition[0].expression == "resource.name == \"projects/shop-prod/databases/shop-eu\" || resource.name == \"projects/shop-prod/databases/shop-us\""
    error_message = "The worker may touch only the databases that it keeps alike."
  }
}

run "refuses_one_database" {
  command = plan

  variables {
    database_ids = ["shop-us"]
  }

  expect_failures = [var.database_ids]
}
