# Jobs that copy new and changed objects from one bucket to another, in any region, and the rights of Google's agents that do it. A deletion is not copied.

locals {
  agent   = "serviceAccount:project-${var.project_number}@storage-transfer-service.iam.gserviceaccount.com"
  sources = toset([for job in values(var.jobs) : job.source])
  sinks   = toset([for job in values(var.jobs) : job.sink])

  # The agent reads and watches what it copies, and writes its copies.
  grants = merge(
    { for b in local.sources : "${b}/watch" => { bucket = b, role = "roles/storage.legacyBucketOwner" } },
    { for b in local.sources : "${b}/read" => { bucket = b, role = "roles/storage.objectViewer" } },
    { for b in local.sinks : "${b}/write" => { bucket = b, role = "roles/storage.legacyBucketWriter" } },
    { for b in local.sinks : "${b}/read" => { bucket = b, role = "roles/storage.objectViewer" } },
  )
}

resource "google_storage_bucket_iam_member" "this" {
  for_each = local.grants

  bucket = each.value.bucket
  role   = each.value.role
  member = local.agent
}

# Changes are told by Pub/Sub: the agent makes the topic, and Cloud Storage publishes to it.
resource "google_project_iam_member" "agent" {
  #checkov:skip=CKV_GCP_42:Google's own agent makes the topics and subscriptions of its jobs, and has no narrower role for it
  project = var.project_id
  role    = "roles/pubsub.editor"
  member  = local.agent
}

resource "google_project_iam_member" "publisher" {
  project = var.project_id
  role    = "roles/pubsub.publisher"
  member  = "serviceAccount:service-${var.project_number}@gs-project-accounts.iam.gserviceaccount.com"
}

resource "google_storage_transfer_job" "this" {
  for_each = var.jobs

  project     = var.project_id
  description = each.key
  status      = "ENABLED"

  replication_spec {
    gcs_data_source {
      bucket_name = each.value.source
    }

    gcs_data_sink {
      bucket_name = each.value.sink
    }

    dynamic "object_conditions" {
      for_each = length(each.value.leaves_out) == 0 ? [] : [each.value.leaves_out]

      content {
        exclude_prefixes = object_conditions.value
      }
    }

    transfer_options {
      overwrite_when = "DIFFERENT"

      metadata_options {
        kms_key       = "KMS_KEY_DESTINATION_BUCKET_DEFAULT"
        storage_class = "STORAGE_CLASS_DESTINATION_BUCKET_DEFAULT"
      }
    }
  }

  depends_on = [
    google_storage_bucket_iam_member.this,
    google_project_iam_member.agent,
    google_project_iam_member.publisher,
  ]
}
