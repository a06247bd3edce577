# PostgreSQL of one region on Cloud SQL: a standby in another zone, a key and an address of ours, sign-in by IAM. Without `replica_of` it takes writes and keeps its own backups.

locals {
  days = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]
}

resource "google_sql_database_instance" "this" {
  project              = var.project_id
  name                 = var.name
  region               = var.region
  database_version     = var.database_version
  master_instance_name = var.replica_of
  encryption_key_name  = var.kms_key_id
  deletion_protection  = var.guarded

  settings {
    tier                        = var.tier
    edition                     = var.edition
    availability_type           = "REGIONAL"
    disk_type                   = "PD_SSD"
    disk_size                   = var.storage_gb
    disk_autoresize             = true
    deletion_protection_enabled = var.guarded
    user_labels                 = var.labels

    # A replica has no backups of its own until it is promoted.
    backup_configuration {
      enabled                        = var.backup != null
      location                       = var.backup == null ? null : coalesce(var.backup_location, var.region)
      start_time                     = var.backup == null ? null : "02:00"
      point_in_time_recovery_enabled = var.backup != null
      transaction_log_retention_days = try(var.backup.log_days, null)

      dynamic "backup_retention_settings" {
        for_each = var.backup == null ? [] : [var.backup.keep]

        content {
          retained_backups = backup_retention_settings.value
          retention_unit   = "COUNT"
        }
      }
    }

    # Services sign in with tokens of their accounts that live an hour, so no client certificate is asked for.
    #checkov:skip=CKV_GCP_6:a client certificate would be one more secret that nobody turns; tokens of IAM end by themselves
    ip_configuration {
      ipv4_enabled   = false
      ssl_mode       = "ENCRYPTED_ONLY"
      server_ca_mode = "GOOGLE_MANAGED_CAS_CA"

      psc_config {
        psc_enabled               = true
        allowed_consumer_projects = [var.project_id]
      }
    }

    maintenance_window {
      day          = index(local.days, var.maintenance_day) + 1
      hour         = 5
      update_track = "stable"
    }

    insights_config {
      query_insights_enabled = true
    }

    database_flags {
      name  = "cloudsql.iam_authentication"
      value = "on"
    }

    database_flags {
      name  = "cloudsql.enable_pgaudit"
      value = "on"
    }

    database_flags {
      name  = "log_checkpoints"
      value = "on"
    }

    database_flags {
      name  = "log_connections"
      value = "on"
    }

    database_flags {
      name  = "log_disconnections"
      value = "on"
    }

    database_flags {
      name  = "log_duration"
      value = "on"
    }

    database_flags {
      name  = "log_hostname"
      value = "on"
    }

    database_flags {
      name  = "log_lock_waits"
      value = "on"
    }

    database_flags {
      name  = "log_min_error_statement"
      value = "error"
    }

    database_flags {
      name  = "log_statement"
      value = "ddl"
    }
  }

  timeouts {
    create = "90m"
    update = "90m"
    delete = "90m"
  }

  lifecycle {
    prevent_destroy = true
    # A promotion makes a replica an instance of its own: no plan takes that back.
    ignore_changes = [instance_type, master_instance_name, replica_configuration]
  }
}

# Accounts of services. One that is taken out is forgotten here: what it owns in the databases goes first, by SQL.
resource "google_sql_user" "this" {
  for_each = var.users

  project         = var.project_id
  instance        = google_sql_database_instance.this.name
  name            = each.value
  type            = "CLOUD_IAM_SERVICE_ACCOUNT"
  deletion_policy = "ABANDON"
}

# Its endpoint has addresses of its own: the second for the instance, the third for a restored copy that serves in its place.
resource "google_compute_subnetwork" "this" {
  project                  = var.project_id
  name                     = var.name
  network                  = var.network_id
  region                   = var.region
  ip_cidr_range            = var.ip_range
  private_ip_google_access = true

  log_config {
    aggregation_interval = "INTERVAL_5_MIN"
    flow_sampling        = 0.5
    metadata             = "INCLUDE_ALL_METADATA"
  }
}

resource "google_compute_address" "this" {
  project      = var.project_id
  name         = var.name
  region       = var.region
  subnetwork   = google_compute_subnetwork.this.id
  address_type = "INTERNAL"
  address      = cidrhost(var.ip_range, 2)
}

resource "google_compute_forwarding_rule" "this" {
  project                 = var.project_id
  name                    = var.name
  region                  = var.region
  network                 = var.network_id
  ip_address              = google_compute_address.this.id
  load_balancing_scheme   = ""
  target                  = google_sql_database_instance.this.psc_service_attachment_link
  allow_psc_global_access = true
  recreate_closed_psc     = true
  labels                  = var.labels
}
