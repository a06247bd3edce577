# A Redis of one region on Memorystore: a primary with replicas in other zones, encrypted and behind a password, which is a secret in the region beside the authority of its certificate.

locals {
  secrets = ["auth", "ca"]
}

resource "google_redis_instance" "this" {
  project = var.project_id
  name    = var.name
  region  = var.region
  labels  = var.labels

  tier               = "STANDARD_HA"
  memory_size_gb     = var.memory_size_gb
  replica_count      = var.replicas
  read_replicas_mode = "READ_REPLICAS_ENABLED"
  redis_version      = var.redis_version

  # A store that is full says so and throws nothing away.
  redis_configs = {
    maxmemory-policy = "noeviction"
  }

  authorized_network = var.network_id
  connect_mode       = "DIRECT_PEERING"
  reserved_ip_range  = var.ip_range
  # The password comes back as `auth_string` and lies in the state: see README.md.
  auth_enabled            = true
  transit_encryption_mode = "SERVER_AUTHENTICATION"
  customer_managed_key    = var.kms_key_id
  deletion_protection     = true

  persistence_config {
    persistence_mode    = var.snapshot_period == null ? "DISABLED" : "RDB"
    rdb_snapshot_period = var.snapshot_period
  }

  maintenance_policy {
    weekly_maintenance_window {
      day = var.maintenance_day

      start_time {
        hours = 5
      }
    }
  }

  dynamic "timeouts" {
    for_each = var.timeouts == null ? [] : [var.timeouts]

    content {
      create = timeouts.value.create
      update = timeouts.value.update
      delete = timeouts.value.delete
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

# Google chooses the addresses; services know names.
resource "google_dns_managed_zone" "this" {
  project     = var.project_id
  name        = var.name
  dns_name    = "${var.domain}."
  description = "Names of ${var.name}"
  visibility  = "private"
  labels      = var.labels

  private_visibility_config {
    networks {
      network_url = var.network_id
    }
  }
}

resource "google_dns_record_set" "this" {
  for_each = {
    primary = google_redis_instance.this.host
    read    = google_redis_instance.this.read_endpoint
  }

  project      = var.project_id
  managed_zone = google_dns_managed_zone.this.name
  name         = "${each.key}.${var.domain}."
  type         = "A"
  ttl          = 60
  rrdatas      = [each.value]
}

resource "google_secret_manager_secret" "this" {
  for_each = toset(local.secrets)

  project         = var.project_id
  secret_id       = "${var.name}-${each.key}"
  labels          = var.labels
  deletion_policy = "PREVENT"

  replication {
    user_managed {
      replicas {
        location = var.region

        customer_managed_encryption {
          kms_key_name = var.secrets_kms_key_id
        }
      }
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_secret_manager_secret_version" "auth" {
  secret                 = google_secret_manager_secret.this["auth"].id
  secret_data_wo         = google_redis_instance.this.auth_string
  secret_data_wo_version = 1
}

# A new authority comes five years before the old one ends: both are in the list until then.
resource "google_secret_manager_secret_version" "ca" {
  secret      = google_secret_manager_secret.this["ca"].id
  secret_data = join("\n", google_redis_instance.this.server_ca_certs[*].cert)
}

module "exports" {
  source   = "../storage-bucket"
  for_each = var.exports == null ? {} : { exports = var.exports }

  project_id        = var.project_id
  bucket            = each.value.bucket
  location          = var.region
  kms_key_id        = each.value.kms_key_id
  delete_after_days = each.value.keep_days

  members = {
    instance = { role = "roles/storage.objectAdmin", member = google_redis_instance.this.persistence_iam_identity }
  }

  labels = var.labels
}
