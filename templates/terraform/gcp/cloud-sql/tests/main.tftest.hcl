mock_provider "google" {}

variables {
  project_id       = "shop-prod"
  name             = "shop-orders-us-east1"
  region           = "us-east1"
  database_version = "POSTGRES_18"
  tier             = "db-custom-4-16384"
  edition          = "ENTERPRISE"
  storage_gb       = 100
  kms_key_id       = "projects/shop-prod/locations/us-east1/keyRings/r/cryptoKeys/sql"
  network_id       = "projects/shop-prod/global/networks/shop"
  ip_range         = "10.2.16.0/28"
  maintenance_day  = "TUESDAY"
  users            = ["web-use1@shop-prod.iam"]
  backup           = { keep = 30, log_days = 7 }
}

run "outlives_a_zone_and_is_private" {
  command = plan

  assert {
    condition     = google_sql_database_instance.this.settings[0].availability_type == "REGIONAL" && google_sql_database_instance.this.settings[0].backup_configuration[0].point_in_time_recovery_enabled
    error_message = "The instance must outlive a zone, which takes backups and the log."
  }

  assert {
    condition     = !google_sql_database_instance.this.settings[0].ip_configuration[0].ipv4_enabled && google_sql_database_instance.this.settings[0].ip_configuration[0].ssl_mode == "ENCRYPTED_ONLY" && google_sql_database_instance.this.encryption_key_name == var.kms_key_id
    error_message = "The instance has no public address, and is encrypted on its way and at rest."
  }

  assert {
    condition     = google_sql_database_instance.this.deletion_protection && google_sql_database_instance.this.settings[0].deletion_protection_enabled
    error_message = "Deletion is refused by Terraform and by the API."
  }

  assert {
    condition     = google_compute_address.this.address == "10.2.16.2" && google_compute_forwarding_rule.this.allow_psc_global_access
    error_message = "The endpoint has the second address of its range, for every region."
  }

  assert {
    condition     = google_sql_user.this["web-use1@shop-prod.iam"].type == "CLOUD_IAM_SERVICE_ACCOUNT" && google_sql_database_instance.this.settings[0].maintenance_window[0].day == 2
    error_message = "Services sign in as their accounts, and maintenance is on the day that is asked for."
  }
}

run "keeps_backups_in_another_region" {
  command = plan

  variables {
    backup_location = "us-west1"
  }

  assert {
    condition     = google_sql_database_instance.this.settings[0].backup_configuration[0].location == "us-west1"
    error_message = "Backups are where they are asked for."
  }
}

run "follows_another_region" {
  command = plan

  variables {
    replica_of = "shop-orders-us-west1"
    backup     = null
    users      = []
  }

  assert {
    condition     = google_sql_database_instance.this.master_instance_name == "shop-orders-us-west1" && !google_sql_database_instance.this.settings[0].backup_configuration[0].enabled
    error_message = "A replica follows, and has no backups."
  }

  assert {
    condition     = length(google_sql_user.this) == 0
    error_message = "A replica has the users of the instance that it follows."
  }
}

run "refuses_a_log_that_the_edition_does_not_keep" {
  command = plan

  variables {
    backup = { keep = 30, log_days = 14 }
  }

  expect_failures = [var.backup]
}

run "refuses_to_write_without_backups" {
  command = plan

  variables {
    backup = null
  }

  expect_failures = [var.backup]
}
