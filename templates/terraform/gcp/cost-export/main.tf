# Where the bill is exported to, and a budget that tells people before the month is over.

resource "google_bigquery_dataset" "billing" {
  project         = var.project_id
  dataset_id      = var.dataset_id
  friendly_name   = "Billing export"
  description     = "Detailed billing export; switch it on in the billing account, which has no Terraform resource"
  location        = var.location
  labels          = var.labels
  deletion_policy = "PREVENT"

  default_encryption_configuration {
    kms_key_name = var.kms_key_id
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_billing_budget" "this" {
  for_each = var.budget == null ? {} : { this = var.budget }

  billing_account = each.value.billing_account
  display_name    = var.name

  budget_filter {
    projects = ["projects/${var.project_number}"]
  }

  amount {
    specified_amount {
      currency_code = each.value.currency
      units         = tostring(each.value.amount)
    }
  }

  dynamic "threshold_rules" {
    for_each = [0.5, 0.8, 1.0]

    content {
      threshold_percent = threshold_rules.value
    }
  }

  all_updates_rule {
    monitoring_notification_channels = each.value.channel_ids
    disable_default_iam_recipients   = false
  }
}
