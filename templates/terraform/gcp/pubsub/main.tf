# One topic with one subscription and a dead-letter topic, stored only in the named regions.

locals {
  agent = "serviceAccount:service-${var.project_number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

resource "google_pubsub_topic" "this" {
  project                    = var.project_id
  name                       = var.name
  kms_key_name               = var.kms_key_id
  message_retention_duration = "${var.retention_seconds}s"
  labels                     = var.labels

  message_storage_policy {
    allowed_persistence_regions = var.regions
    enforce_in_transit          = true
  }
}

resource "google_pubsub_topic" "dead_letter" {
  project                    = var.project_id
  name                       = "${var.name}-dead-letter"
  kms_key_name               = var.kms_key_id
  message_retention_duration = "${var.dead_letter_retention_seconds}s"
  labels                     = var.labels

  message_storage_policy {
    allowed_persistence_regions = var.regions
    enforce_in_transit          = true
  }
}

resource "google_pubsub_subscription" "this" {
  project                    = var.project_id
  name                       = var.name
  topic                      = google_pubsub_topic.this.id
  ack_deadline_seconds       = var.ack_deadline_seconds
  message_retention_duration = "${var.retention_seconds}s"
  enable_message_ordering    = var.ordered
  labels                     = var.labels
  deletion_policy            = var.guarded ? "PREVENT" : "DELETE"

  # Without this an idle subscription is deleted after 31 days.
  expiration_policy {
    ttl = ""
  }

  retry_policy {
    minimum_backoff = "${var.minimum_backoff_seconds}s"
    maximum_backoff = "600s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead_letter.id
    max_delivery_attempts = var.max_delivery_attempts
  }

  dynamic "push_config" {
    for_each = var.push == null ? [] : [var.push]

    content {
      push_endpoint = push_config.value.endpoint

      oidc_token {
        service_account_email = push_config.value.service_account
        audience              = push_config.value.audience
      }
    }
  }

  depends_on = [google_pubsub_topic_iam_member.dead_letter]

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_pubsub_subscription" "dead_letter" {
  project                    = var.project_id
  name                       = "${var.name}-dead-letter"
  topic                      = google_pubsub_topic.dead_letter.id
  ack_deadline_seconds       = 60
  message_retention_duration = "${var.dead_letter_retention_seconds}s"
  labels                     = var.labels
  deletion_policy            = var.guarded ? "PREVENT" : "DELETE"

  expiration_policy {
    ttl = ""
  }

  lifecycle {
    prevent_destroy = true
  }
}

# Pub/Sub itself moves a failed message: it publishes to the dead-letter topic and
# acknowledges on the subscription.
resource "google_pubsub_topic_iam_member" "dead_letter" {
  project = var.project_id
  topic   = google_pubsub_topic.dead_letter.name
  role    = "roles/pubsub.publisher"
  member  = local.agent
}

resource "google_pubsub_subscription_iam_member" "dead_letter" {
  project      = var.project_id
  subscription = google_pubsub_subscription.this.name
  role         = "roles/pubsub.subscriber"
  member       = local.agent
}

resource "google_pubsub_topic_iam_member" "publisher" {
  for_each = var.publishers

  project = var.project_id
  topic   = google_pubsub_topic.this.name
  role    = "roles/pubsub.publisher"
  member  = each.value
}

# What a receiver knows it can never take, it sets aside itself, with its verdict.
resource "google_pubsub_topic_iam_member" "dead_letter_publisher" {
  for_each = var.dead_letter_publishers

  project = var.project_id
  topic   = google_pubsub_topic.dead_letter.name
  role    = "roles/pubsub.publisher"
  member  = each.value
}

# Pub/Sub signs push requests as the push account.
resource "google_service_account_iam_member" "push" {
  for_each = var.push == null ? {} : { push = var.push.service_account }

  service_account_id = "projects/${var.project_id}/serviceAccounts/${each.value}"
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = local.agent
}
