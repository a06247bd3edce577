mock_provider "google" {}

variables {
  project_id         = "shop-prod"
  name               = "shop-sessions-us-east1"
  region             = "us-east1"
  network_id         = "projects/shop-prod/global/networks/shop"
  ip_range           = "10.2.16.0/28"
  domain             = "us-east1.sessions.internal"
  memory_size_gb     = 5
  redis_version      = "REDIS_7_2"
  kms_key_id         = "projects/shop-prod/locations/us-east1/keyRings/r/cryptoKeys/redis"
  secrets_kms_key_id = "projects/shop-prod/locations/us-east1/keyRings/r/cryptoKeys/secrets"
  maintenance_day    = "TUESDAY"
}

run "outlives_a_zone_and_is_encrypted" {
  command = plan

  assert {
    condition     = google_redis_instance.this.tier == "STANDARD_HA" && google_redis_instance.this.replica_count >= 1
    error_message = "Redis must outlive a zone."
  }

  assert {
    condition     = google_redis_instance.this.auth_enabled && google_redis_instance.this.transit_encryption_mode == "SERVER_AUTHENTICATION" && google_redis_instance.this.customer_managed_key == var.kms_key_id
    error_message = "Redis is behind a password, and encrypted on its way and at rest."
  }

  assert {
    condition     = google_redis_instance.this.persistence_config[0].persistence_mode == "DISABLED"
    error_message = "Without a period there is no snapshot."
  }
}

run "keeps_snapshots_and_takes_exports" {
  command = plan

  variables {
    snapshot_period = "ONE_HOUR"
    exports         = { bucket = "shop-prod-sessions-us-east1", kms_key_id = "projects/shop-prod/locations/us-east1/keyRings/r/cryptoKeys/storage", keep_days = 30 }
  }

  assert {
    condition     = google_redis_instance.this.persistence_config[0].persistence_mode == "RDB" && google_redis_instance.this.persistence_config[0].rdb_snapshot_period == "ONE_HOUR"
    error_message = "Snapshots come as often as asked for."
  }

  assert {
    condition     = length(module.exports) == 1
    error_message = "Exports have a bucket."
  }
}

run "refuses_a_node_that_is_too_small" {
  command = plan

  variables {
    memory_size_gb = 1
  }

  expect_failures = [var.memory_size_gb]
}
