# A replica set of MongoDB Atlas in regions of Google Cloud, in an Atlas project of its own: encrypted with a key of ours, reached over peering alone, with backups, alerts, and a certificate for each service.

locals {
  alerts = merge(
    {
      no_primary = { event = "NO_PRIMARY" }
      backups    = { event = "CPS_SNAPSHOT_BEHIND", threshold = { operator = "GREATER_THAN", value = 12, units = "HOURS" } }
      oplog      = { event = "REPLICATION_OPLOG_WINDOW_RUNNING_OUT", threshold = { operator = "LESS_THAN", value = var.oplog_hours, units = "HOURS" } }
      disk       = { event = "OUTSIDE_METRIC_THRESHOLD", metric = { name = "DISK_PARTITION_SPACE_USED_DATA", value = var.disk_used_percent, units = "RAW" } }
    },
    var.lag_seconds == null ? {} : {
      lag = { event = "OUTSIDE_METRIC_THRESHOLD", metric = { name = "OPLOG_SLAVE_LAG_MASTER_TIME", value = var.lag_seconds, units = "SECONDS" } }
    }
  )
}

# A project has one configuration of keys and one network: a second cluster in it would share both.
resource "mongodbatlas_project" "this" {
  name   = var.name
  org_id = var.org_id
  tags   = var.labels

  # They read logs and samples of data in Atlas' control plane, which is in the United States.
  is_data_explorer_enabled              = false
  is_performance_advisor_enabled        = false
  is_realtime_performance_panel_enabled = false
  is_schema_advisor_enabled             = false

  # Those below are ours.
  with_default_alerts_settings = false

  lifecycle {
    prevent_destroy = true
  }
}

resource "mongodbatlas_maintenance_window" "this" {
  project_id  = mongodbatlas_project.this.id
  day_of_week = var.maintenance.day
  hour_of_day = var.maintenance.hour
}

# Atlas has a service account of its own for each project, which may use the key.
resource "mongodbatlas_cloud_provider_access_setup" "this" {
  project_id    = mongodbatlas_project.this.id
  provider_name = "GCP"
}

resource "mongodbatlas_cloud_provider_access_authorization" "this" {
  project_id = mongodbatlas_project.this.id
  role_id    = mongodbatlas_cloud_provider_access_setup.this.role_id
}

resource "google_kms_crypto_key_iam_member" "this" {
  for_each = toset(["roles/cloudkms.cryptoKeyEncrypterDecrypter", "roles/cloudkms.viewer"])

  crypto_key_id = var.kms_key_id
  role          = each.key
  member        = "serviceAccount:${mongodbatlas_cloud_provider_access_authorization.this.gcp[0].service_account_for_atlas}"
}

resource "mongodbatlas_encryption_at_rest" "this" {
  project_id = mongodbatlas_project.this.id

  # Atlas does not follow a rotation: a new version is named here, and the old one stays enabled.
  google_cloud_kms_config {
    enabled                 = true
    key_version_resource_id = "${var.kms_key_id}/cryptoKeyVersions/${var.kms_key_version}"
    role_id                 = mongodbatlas_cloud_provider_access_authorization.this.role_id
  }

  depends_on = [google_kms_crypto_key_iam_member.this]
}

# One network of Atlas for all of Google's regions; the cluster is made into it.
resource "mongodbatlas_network_container" "this" {
  project_id       = mongodbatlas_project.this.id
  provider_name    = "GCP"
  atlas_cidr_block = var.cidr
}

resource "mongodbatlas_network_peering" "this" {
  project_id     = mongodbatlas_project.this.id
  container_id   = mongodbatlas_network_container.this.container_id
  provider_name  = "GCP"
  gcp_project_id = var.project_id
  network_name   = var.network_name
}

resource "google_compute_network_peering" "this" {
  name         = var.name
  network      = "projects/${var.project_id}/global/networks/${var.network_name}"
  peer_network = "https://www.googleapis.com/compute/v1/projects/${mongodbatlas_network_peering.this.atlas_gcp_project_id}/global/networks/${mongodbatlas_network_peering.this.atlas_vpc_name}"
}

resource "mongodbatlas_project_ip_access_list" "this" {
  for_each = toset(var.client_ranges)

  project_id = mongodbatlas_project.this.id
  cidr_block = each.key
  comment    = "Pods of ${var.name}"
}

resource "mongodbatlas_advanced_cluster" "this" {
  project_id             = mongodbatlas_encryption_at_rest.this.project_id
  name                   = var.name
  cluster_type           = "REPLICASET"
  mongo_db_major_version = var.mongodb_version
  tags                   = var.labels

  # The position in the list is what Atlas knows a region by: it is in order of priority.
  replication_specs = [{
    region_configs = [for region in var.regions : {
      provider_name = "GCP"
      region_name   = region.name
      priority      = region.priority

      electable_specs = region.electable == 0 ? null : {
        instance_size = var.instance_size
        disk_size_gb  = var.disk_size_gb
        node_count    = region.electable
      }

      read_only_specs = region.read_only == 0 ? null : {
        instance_size = var.instance_size
        disk_size_gb  = var.disk_size_gb
        node_count    = region.read_only
      }
    }]
  }]

  backup_enabled              = true
  pit_enabled                 = var.backup.window_days != null
  retain_backups_enabled      = true
  encryption_at_rest_provider = "GCP"
  redact_client_log_data      = true

  termination_protection_enabled = var.guarded

  # What a majority has acknowledged is not rolled back by an election.
  advanced_configuration = {
    default_write_concern        = "majority"
    minimum_enabled_tls_protocol = "TLS1_2"
    javascript_enabled           = false
  }

  depends_on = [google_compute_network_peering.this, mongodbatlas_project_ip_access_list.this]

  lifecycle {
    prevent_destroy = true
  }
}

resource "mongodbatlas_cloud_backup_schedule" "this" {
  project_id          = mongodbatlas_advanced_cluster.this.project_id
  cluster_name        = mongodbatlas_advanced_cluster.this.name
  restore_window_days = var.backup.window_days

  dynamic "policy_item_hourly" {
    for_each = var.backup.every_hours < 24 ? [var.backup.every_hours] : []

    content {
      frequency_interval = policy_item_hourly.value
      retention_unit     = "days"
      retention_value    = var.backup.keep_days
    }
  }

  dynamic "policy_item_daily" {
    for_each = var.backup.every_hours == 24 ? [1] : []

    content {
      frequency_interval = policy_item_daily.value
      retention_unit     = "days"
      retention_value    = var.backup.keep_days
    }
  }

  dynamic "copy_settings" {
    for_each = var.backup.copies_to

    content {
      cloud_provider     = "GCP"
      region_name        = copy_settings.value
      zone_id            = mongodbatlas_advanced_cluster.this.replication_specs[0].zone_id
      frequencies        = [var.backup.every_hours < 24 ? "HOURLY" : "DAILY", "ON_DEMAND"]
      should_copy_oplogs = var.backup.window_days != null
    }
  }
}

# A certificate, which Atlas issues and people keep in a secret, lets each in: no password is in any state.
resource "mongodbatlas_database_user" "this" {
  for_each = var.users

  project_id         = mongodbatlas_project.this.id
  username           = "CN=${each.key}"
  auth_database_name = "$external"
  x509_type          = "MANAGED"

  dynamic "roles" {
    for_each = each.value

    content {
      role_name     = "readWrite"
      database_name = roles.value
    }
  }

  scopes {
    name = mongodbatlas_advanced_cluster.this.name
    type = "CLUSTER"
  }
}

resource "mongodbatlas_alert_configuration" "this" {
  for_each = local.alerts

  project_id = mongodbatlas_project.this.id
  enabled    = true
  event_type = each.value.event

  dynamic "threshold_config" {
    for_each = try([each.value.threshold], [])

    content {
      operator  = threshold_config.value.operator
      threshold = threshold_config.value.value
      units     = threshold_config.value.units
    }
  }

  dynamic "metric_threshold_config" {
    for_each = try([each.value.metric], [])

    content {
      metric_name = metric_threshold_config.value.name
      operator    = "GREATER_THAN"
      threshold   = metric_threshold_config.value.value
      units       = metric_threshold_config.value.units
      mode        = "AVERAGE"
    }
  }

  notification {
    type_name     = "GROUP"
    roles         = ["GROUP_OWNER"]
    email_enabled = true
    sms_enabled   = false
    interval_min  = 15
    delay_min     = 0
  }
}
