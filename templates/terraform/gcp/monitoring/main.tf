# Notifications: channels, log-based metrics, alert policies and dashboards.

locals {
  channel_labels = {
    email     = "email_address"
    slack     = "channel_name"
    pagerduty = null
    webhook   = "url"
  }
  channel_types = {
    email     = "email"
    slack     = "slack"
    pagerduty = "pagerduty"
    webhook   = "webhook_tokenauth"
  }
}

resource "google_monitoring_notification_channel" "this" {
  for_each = var.channels

  project      = var.project_id
  display_name = "${var.name} ${each.key}"
  type         = local.channel_types[each.value.kind]
  labels       = local.channel_labels[each.value.kind] == null ? {} : { (local.channel_labels[each.value.kind]) = each.value.address }
  user_labels  = var.labels

  dynamic "sensitive_labels" {
    for_each = contains(["slack", "pagerduty"], each.value.kind) ? [each.value.kind] : []

    content {
      # Write-only: in no state. A new value is sent when the version goes up.
      auth_token_wo          = sensitive_labels.value == "slack" ? var.channel_secrets[each.key] : null
      auth_token_wo_version  = sensitive_labels.value == "slack" ? var.channel_secrets_version : null
      service_key_wo         = sensitive_labels.value == "pagerduty" ? var.channel_secrets[each.key] : null
      service_key_wo_version = sensitive_labels.value == "pagerduty" ? var.channel_secrets_version : null
    }
  }

  # Cloud Monitoring deletes no channel that a policy still tells: policies change first.
  lifecycle {
    create_before_destroy = true
  }
}

resource "google_logging_metric" "this" {
  for_each = var.log_metrics

  project     = var.project_id
  name        = "${var.name}-${each.key}"
  description = each.value.description
  filter      = each.value.filter

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"
  }
}

resource "google_monitoring_alert_policy" "this" {
  for_each = var.alerts

  project               = var.project_id
  display_name          = "${var.name} ${each.key}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = [for channel in each.value.channels : google_monitoring_notification_channel.this[channel].id]
  user_labels           = var.labels

  conditions {
    display_name = each.value.summary

    condition_prometheus_query_language {
      query               = each.value.query
      duration            = "${each.value.duration_seconds}s"
      evaluation_interval = "30s"
      # Metrics of the services themselves do not exist before they run for the first time.
      disable_metric_validation = true
    }
  }

  documentation {
    subject   = each.value.summary
    content   = each.value.documentation
    mime_type = "text/markdown"

    links {
      display_name = "Runbook"
      url          = each.value.runbook
    }
  }

  alert_strategy {
    auto_close           = "1800s"
    notification_prompts = ["OPENED", "CLOSED"]
  }

  depends_on = [google_logging_metric.this]

  # An alert with another name watches before the one of old is gone.
  lifecycle {
    create_before_destroy = true
  }
}

resource "google_monitoring_dashboard" "this" {
  for_each = var.dashboards

  project        = var.project_id
  dashboard_json = each.value
}
