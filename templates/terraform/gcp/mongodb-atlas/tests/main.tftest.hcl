mock_provider "google" {}

mock_provider "mongodbatlas" {
  override_during = plan

  mock_resource "mongodbatlas_cloud_provider_access_authorization" {
    defaults = {
      gcp = [{ service_account_for_atlas = "mongodb-atlas-1@p-1.iam.gserviceaccount.com" }]
    }
  }

  mock_resource "mongodbatlas_project" {
    defaults = { id = "64d613677e1ad50839cce4db" }
  }
}

variables {
  project_id      = "shop-prod"
  org_id          = "5e2211c17a3e5a48f5497de3"
  name            = "shop-designs"
  network_name    = "shop"
  cidr            = "10.3.64.0/18"
  client_ranges   = ["10.1.0.0/16", "10.5.0.0/16"]
  instance_size   = "M30"
  disk_size_gb    = 40
  mongodb_version = "8.0"
  kms_key_id      = "projects/shop-prod/locations/us/keyRings/shop-us/cryptoKeys/atlas"
  maintenance     = { day = 3, hour = 5 }
  users           = { web = ["designs"] }
  backup          = { every_hours = 6, keep_days = 30, window_days = 7, copies_to = ["WESTERN_US"] }

  regions = [
    { name = "EASTERN_US", priority = 7, electable = 2 },
    { name = "EUROPE_WEST_3", priority = 6, electable = 2 },
    { name = "SOUTHEASTERN_ASIA_PACIFIC", priority = 5, electable = 1 },
  ]
}

run "a_majority_outlives_any_region" {
  command = plan

  assert {
    condition     = [for region in mongodbatlas_advanced_cluster.this.replication_specs[0].region_configs : region.priority] == [7, 6, 5]
    error_message = "Priorities say where the primary is."
  }

  assert {
    condition     = sum(values(output.electable_nodes)) - max(values(output.electable_nodes)...) > sum(values(output.electable_nodes)) / 2
    error_message = "Without its largest region there must be a majority."
  }

  assert {
    condition     = mongodbatlas_advanced_cluster.this.advanced_configuration.default_write_concern == "majority"
    error_message = "What is acknowledged outlives an election."
  }
}

run "is_encrypted_guarded_and_private" {
  command = plan

  assert {
    condition     = mongodbatlas_advanced_cluster.this.encryption_at_rest_provider == "GCP" && mongodbatlas_encryption_at_rest.this.google_cloud_kms_config[0].key_version_resource_id == "${var.kms_key_id}/cryptoKeyVersions/1"
    error_message = "Data is encrypted with our key."
  }

  assert {
    condition     = mongodbatlas_advanced_cluster.this.termination_protection_enabled && mongodbatlas_advanced_cluster.this.retain_backups_enabled
    error_message = "Neither the cluster nor its backups go by mistake."
  }

  assert {
    condition     = toset([for entry in mongodbatlas_project_ip_access_list.this : entry.cidr_block]) == toset(var.client_ranges)
    error_message = "Pods alone are let in."
  }

  assert {
    condition     = !mongodbatlas_project.this.is_data_explorer_enabled && !mongodbatlas_project.this.is_performance_advisor_enabled && mongodbatlas_advanced_cluster.this.redact_client_log_data
    error_message = "Atlas' control plane reads no data."
  }

  assert {
    condition     = mongodbatlas_database_user.this["web"].x509_type == "MANAGED" && mongodbatlas_database_user.this["web"].password == null
    error_message = "Services are let in by a certificate."
  }
}

run "keeps_backups_here_and_abroad" {
  command = plan

  assert {
    condition     = mongodbatlas_advanced_cluster.this.pit_enabled && mongodbatlas_cloud_backup_schedule.this.restore_window_days == 7
    error_message = "Any moment of a week can be had back."
  }

  assert {
    condition     = mongodbatlas_cloud_backup_schedule.this.policy_item_hourly[0].frequency_interval == 6 && mongodbatlas_cloud_backup_schedule.this.policy_item_hourly[0].retention_value == 30
    error_message = "Snapshots come as often as asked for, and stay."
  }

  assert {
    condition     = mongodbatlas_cloud_backup_schedule.this.copy_settings[0].region_name == "WESTERN_US" && mongodbatlas_cloud_backup_schedule.this.copy_settings[0].should_copy_oplogs
    error_message = "Copies have the log of moments too."
  }
}

run "takes_a_snapshot_a_day" {
  command = plan

  variables {
    backup = { every_hours = 24, keep_days = 7 }
  }

  assert {
    condition     = length(mongodbatlas_cloud_backup_schedule.this.policy_item_daily) == 1 && length(mongodbatlas_cloud_backup_schedule.this.policy_item_hourly) == 0 && !mongodbatlas_advanced_cluster.this.pit_enabled
    error_message = "A day is a policy of its own."
  }
}

run "tells_of_lag_where_asked" {
  command = plan

  variables {
    lag_seconds = 60
  }

  assert {
    condition     = mongodbatlas_alert_configuration.this["lag"].metric_threshold_config[0].threshold == 60 && alltrue([for alert in mongodbatlas_alert_configuration.this : alert.enabled])
    error_message = "Alerts are on."
  }
}

run "has_a_region_that_only_reads" {
  command = plan

  variables {
    regions = [
      { name = "EASTERN_US", priority = 7, electable = 3 },
      { name = "WESTERN_US", priority = 0, electable = 0, read_only = 2 },
    ]
  }

  assert {
    condition     = mongodbatlas_advanced_cluster.this.replication_specs[0].region_configs[1].read_only_specs.node_count == 2
    error_message = "Nodes to read from have no vote."
  }
}

run "refuses_an_even_number_of_votes" {
  command = plan

  variables {
    regions = [
      { name = "EASTERN_US", priority = 7, electable = 2 },
      { name = "EUROPE_WEST_3", priority = 6, electable = 2 },
    ]
  }

  expect_failures = [var.regions]
}

run "refuses_equal_priorities" {
  command = plan

  variables {
    regions = [
      { name = "EASTERN_US", priority = 7, electable = 2 },
      { name = "EUROPE_WEST_3", priority = 7, electable = 1 },
    ]
  }

  expect_failures = [var.regions]
}

run "refuses_everybody" {
  command = plan

  variables {
    client_ranges = ["0.0.0.0/0"]
  }

  expect_failures = [var.client_ranges]
}

run "refuses_a_log_that_outlives_its_snapshots" {
  command = plan

  variables {
    backup = { every_hours = 6, keep_days = 3, window_days = 7 }
  }

  expect_failures = [var.backup]
}
