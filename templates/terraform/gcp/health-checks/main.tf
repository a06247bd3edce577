# How a host's health is seen: by the load balancer, which moves traffic, and by probes from outside, which tell people.

resource "google_compute_health_check" "this" {
  for_each = var.load_balancer == null ? {} : { this = var.load_balancer }

  project             = var.project_id
  name                = var.name
  check_interval_sec  = each.value.interval_seconds
  timeout_sec         = each.value.timeout_seconds
  healthy_threshold   = each.value.healthy_threshold
  unhealthy_threshold = each.value.unhealthy_threshold

  https_health_check {
    port_specification = "USE_SERVING_PORT"
    request_path       = each.value.path
    host               = var.host
  }

  log_config {
    enable = true
  }
}

# What Cloud DNS asks before it answers with an address; it probes from three regions outside the load balancer.
resource "google_compute_health_check" "dns" {
  for_each = var.dns == null ? {} : { this = var.dns }

  project             = var.project_id
  name                = "${var.name}-dns"
  check_interval_sec  = each.value.interval_seconds
  timeout_sec         = each.value.timeout_seconds
  healthy_threshold   = each.value.healthy_threshold
  unhealthy_threshold = each.value.unhealthy_threshold
  source_regions      = each.value.source_regions

  dynamic "https_health_check" {
    for_each = each.value.path == null ? [] : [each.value.path]

    content {
      port         = 443
      request_path = https_health_check.value
      host         = var.host
    }
  }

  # A host that answers nobody without a token: only whether it takes connections.
  dynamic "tcp_health_check" {
    for_each = each.value.path == null ? [443] : []

    content {
      port = tcp_health_check.value
    }
  }

  log_config {
    enable = true
  }
}

resource "google_monitoring_uptime_check_config" "this" {
  for_each = var.uptime_paths

  project            = var.project_id
  display_name       = "${var.host}${each.key}"
  period             = "60s"
  timeout            = "10s"
  selected_regions   = var.uptime_regions
  log_check_failures = true

  http_check {
    path           = each.key
    port           = 443
    use_ssl        = true
    validate_ssl   = true
    request_method = "GET"

    accepted_response_status_codes {
      status_value = var.expected_status
    }
  }

  dynamic "content_matchers" {
    for_each = var.expected_body == null ? [] : [var.expected_body]

    content {
      content = content_matchers.value
      matcher = "CONTAINS_STRING"
    }
  }

  monitored_resource {
    type = "uptime_url"
    labels = {
      project_id = var.project_id
      host       = var.host
    }
  }
}
