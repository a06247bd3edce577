# Backups of clusters in another region than their own, how they are restored, and where the evidence of drills is kept.

resource "google_gke_backup_backup_plan" "this" {
  for_each = var.clusters

  project         = var.project_id
  name            = "${var.name}-${each.key}"
  cluster         = each.value.cluster_id
  location        = each.value.backup_region
  labels          = var.labels
  deletion_policy = each.value.guarded ? "PREVENT" : "DELETE"

  retention_policy {
    backup_retain_days      = var.keep_days
    backup_delete_lock_days = var.delete_lock_days
  }

  backup_schedule {
    cron_schedule = var.schedule
  }

  backup_config {
    include_volume_data = true
    include_secrets     = true

    selected_namespaces {
      namespaces = var.namespaces
    }

    encryption_key {
      gcp_kms_encryption_key = each.value.kms_key_id
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_gke_backup_restore_plan" "this" {
  for_each = var.clusters

  project     = var.project_id
  name        = "${var.name}-${each.key}"
  location    = each.value.backup_region
  backup_plan = google_gke_backup_backup_plan.this[each.key].id
  cluster     = each.value.restore_cluster_id
  labels      = var.labels

  restore_config {
    # Beside what is there, never over it.
    namespaced_resource_restore_mode = "FAIL_ON_CONFLICT"
    volume_data_restore_policy       = "RESTORE_VOLUME_DATA_FROM_BACKUP"

    selected_namespaces {
      namespaces = var.namespaces
    }
  }
}

module "evidence" {
  source = "../storage-bucket"

  project_id        = var.project_id
  bucket            = var.evidence.bucket
  location          = var.evidence.location
  kms_key_id        = var.evidence.kms_key_id
  retention_seconds = var.evidence.retention_seconds
  labels            = var.labels
}
