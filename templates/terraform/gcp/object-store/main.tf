# The bucket of a store: private, encrypted with a key of ours, with what is replaced or deleted kept for a time, and objects that move to cheaper storage and end by age.

resource "google_storage_bucket" "this" {
  #checkov:skip=CKV_GCP_62:Cloud Audit Logs say who reads; access logs beside the data would be open to its readers
  project                     = var.project_id
  name                        = var.bucket
  location                    = var.location
  storage_class               = "STANDARD"
  rpo                         = var.turbo ? "ASYNC_TURBO" : null
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

  # Against the end of the bucket's objects by somebody who may delete versions too.
  soft_delete_policy {
    retention_duration_seconds = 604800
  }

  dynamic "lifecycle_rule" {
    for_each = var.tiers

    content {
      action {
        type          = "SetStorageClass"
        storage_class = lifecycle_rule.value.class
      }

      condition {
        age            = lifecycle_rule.value.after_days
        matches_prefix = lifecycle_rule.value.prefixes
        with_state     = "LIVE"
      }
    }
  }

  dynamic "lifecycle_rule" {
    for_each = var.ends

    content {
      action {
        type = "Delete"
      }

      condition {
        age            = lifecycle_rule.value.after_days
        matches_prefix = lifecycle_rule.value.prefixes
        with_state     = "LIVE"
      }
    }
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }

    condition {
      days_since_noncurrent_time = var.old_version_days
      with_state                 = "ARCHIVED"
    }
  }

  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }

    condition {
      age = 7
    }
  }

  timeouts {
    create = "10m"
    update = "10m"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_storage_bucket_iam_member" "this" {
  for_each = var.users

  bucket = google_storage_bucket.this.name
  role   = "roles/storage.objectUser"
  member = each.value
}
