# One private bucket: versioned, encrypted with a key of ours, logged, and kept for a time that nobody can shorten by accident.

resource "google_storage_bucket" "this" {
  project                     = var.project_id
  name                        = var.bucket
  location                    = var.location
  storage_class               = "STANDARD"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.guarded
  deletion_policy             = var.guarded ? "PREVENT" : "DELETE"
  labels                      = var.labels

  versioning {
    enabled = true
  }

  encryption {
    default_kms_key_name = var.kms_key_id
  }

  soft_delete_policy {
    retention_duration_seconds = 604800
  }

  logging {
    log_bucket        = var.log_bucket == null ? var.bucket : var.log_bucket
    log_object_prefix = "access-logs/"
  }

  dynamic "retention_policy" {
    for_each = var.retention_seconds == null ? [] : [var.retention_seconds]

    content {
      retention_period = retention_policy.value
      is_locked        = false
    }
  }

  dynamic "lifecycle_rule" {
    for_each = var.delete_after_days == null ? [] : [var.delete_after_days]

    content {
      action {
        type = "Delete"
      }

      condition {
        age = lifecycle_rule.value
      }
    }
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }

    condition {
      num_newer_versions         = 5
      days_since_noncurrent_time = 30
      with_state                 = "ARCHIVED"
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_storage_bucket_iam_member" "this" {
  for_each = var.members

  bucket = google_storage_bucket.this.name
  role   = each.value.role
  member = each.value.member
}

# Access logs are written by Google as this group; uniform access needs it as a grant.
resource "google_storage_bucket_iam_member" "access_logs" {
  for_each = var.log_bucket == null ? { logs = "group:cloud-storage-analytics@google.com" } : {}

  bucket = google_storage_bucket.this.name
  role   = "roles/storage.objectCreator"
  member = each.value
}
