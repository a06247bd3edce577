# Secrets without their values: copies only in the named regions, each under a key of that region, readable by named accounts.

locals {
  readers = merge([
    for name, secret in var.secrets : { for reader in secret.readers : "${name}/${reader}" => { name = name, reader = reader } }
  ]...)
}

resource "google_secret_manager_secret" "this" {
  for_each = var.secrets

  project         = var.project_id
  secret_id       = "${var.name}-${each.key}"
  labels          = var.labels
  deletion_policy = each.value.guarded ? "PREVENT" : "DELETE"

  replication {
    user_managed {
      dynamic "replicas" {
        for_each = each.value.regions

        content {
          location = replicas.value

          customer_managed_encryption {
            kms_key_name = var.kms_key_ids[replicas.value]
          }
        }
      }
    }
  }

  dynamic "topics" {
    for_each = each.value.rotation_seconds == null ? [] : [google_pubsub_topic.rotation[0].id]

    content {
      name = topics.value
    }
  }

  dynamic "rotation" {
    for_each = each.value.rotation_seconds == null ? [] : [each.value.rotation_seconds]

    content {
      # A period from the day on which it is made; one moment for all would be past for later ones.
      next_rotation_time = timeadd(plantimestamp(), "${rotation.value}s")
      rotation_period    = "${rotation.value}s"
    }
  }

  depends_on = [google_pubsub_topic_iam_member.rotation]

  lifecycle {
    prevent_destroy = true
    # Secret Manager moves the time on with every rotation.
    ignore_changes = [rotation[0].next_rotation_time]
  }
}

resource "google_secret_manager_secret_iam_member" "reader" {
  for_each = local.readers

  project   = var.project_id
  secret_id = google_secret_manager_secret.this[each.value.name].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = each.value.reader
}

resource "google_pubsub_topic" "rotation" {
  count = anytrue([for s in values(var.secrets) : s.rotation_seconds != null]) ? 1 : 0

  project      = var.project_id
  name         = "${var.name}-secret-rotation"
  kms_key_name = var.topic_kms_key_id
  labels       = var.labels
}

resource "google_pubsub_topic_iam_member" "rotation" {
  for_each = toset([for topic in google_pubsub_topic.rotation : topic.name])

  project = var.project_id
  topic   = each.key
  role    = "roles/pubsub.publisher"
  member  = "serviceAccount:service-${var.project_number}@gcp-sa-secretmanager.iam.gserviceaccount.com"
}

# A project has one for each API, whatever systems share it.
resource "google_project_iam_audit_config" "secrets" {
  for_each = var.audited ? { this = "secretmanager.googleapis.com" } : {}

  project = var.project_id
  service = each.value

  audit_log_config {
    log_type = "ADMIN_READ"
  }

  audit_log_config {
    log_type = "DATA_READ"
  }

  audit_log_config {
    log_type = "DATA_WRITE"
  }
}

moved {
  from = google_project_iam_audit_config.secrets
  to   = google_project_iam_audit_config.secrets["this"]
}
