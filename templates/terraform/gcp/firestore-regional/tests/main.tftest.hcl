mock_provider "google" {}

variables {
  project_id               = "shop-prod"
  database_id              = "main"
  location_id              = "nam5"
  kms_key_id               = "projects/shop-prod/locations/us/keyRings/r/cryptoKeys/firestore"
  backup_retention_seconds = 2592000
}

run "protects_the_data" {
  command = plan

  assert {
    condition     = google_firestore_database.this.delete_protection_state == "DELETE_PROTECTION_ENABLED" && google_firestore_database.this.deletion_policy == "PREVENT"
    error_message = "The database must not be deleted by a plan."
  }

  assert {
    condition     = google_firestore_database.this.point_in_time_recovery_enablement == "POINT_IN_TIME_RECOVERY_ENABLED"
    error_message = "Point-in-time recovery is the only thing that helps against bad writes."
  }

  assert {
    condition     = google_firestore_backup_schedule.daily["daily"].retention == "2592000s"
    error_message = "Backups must be kept as long as asked for."
  }
}

run "refuses_a_year_of_backups" {
  command = plan

  variables {
    backup_retention_seconds = 31536000
  }

  expect_failures = [var.backup_retention_seconds]
}
