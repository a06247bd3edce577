# One HTTPS load balancer in one region for one host on Cloud Run: the backup that stands apart from the global one.

locals {
  # Where uptime checks come from, from all places.
  probes = [for probe in coalesce(data.google_monitoring_uptime_check_ips.this.uptime_check_ips, []) : can(cidrhost("${probe.ip_address}/128", 0)) ? "${probe.ip_address}/128" : "${probe.ip_address}/32"]

  name = "${var.name}-${var.region}"
}

resource "google_compute_address" "this" {
  project = var.project_id
  name    = local.name
  region  = var.region
  labels  = var.labels
}

resource "google_certificate_manager_dns_authorization" "this" {
  project     = var.project_id
  name        = local.name
  location    = var.region
  description = "Proves control of ${var.host} for the backup in ${var.region}"
  domain      = var.host
  # A record of this project's own: the global certificate has the fixed one.
  type   = "PER_PROJECT_RECORD"
  labels = var.labels
}

resource "google_certificate_manager_certificate" "this" {
  project  = var.project_id
  name     = local.name
  location = var.region
  labels   = var.labels

  managed {
    domains            = [var.host]
    dns_authorizations = [google_certificate_manager_dns_authorization.this.id]
  }
}

resource "google_compute_region_ssl_policy" "this" {
  project         = var.project_id
  name            = local.name
  region          = var.region
  profile         = "RESTRICTED"
  min_tls_version = "TLS_1_2"
}

data "google_monitoring_uptime_check_ips" "this" {}

resource "google_compute_region_security_policy" "this" {
  project     = var.project_id
  name        = local.name
  region      = var.region
  description = "Limits, blocked countries and known attacks for ${var.host} in ${var.region}"
  type        = "CLOUD_ARMOR"

  # Before all that refuses: a refused probe looks like a lost host. A rule takes ten ranges.
  dynamic "rules" {
    for_each = chunklist(local.probes, 10)

    content {
      action      = "allow"
      priority    = 500 + rules.key
      description = "Uptime checks"

      match {
        versioned_expr = "SRC_IPS_V1"

        config {
          src_ip_ranges = rules.value
        }
      }
    }
  }

  dynamic "rules" {
    for_each = length(var.blocked_countries) == 0 ? [] : [var.blocked_countries]

    content {
      action      = "deny(403)"
      priority    = 1000
      description = "Blocked countries"

      match {
        expr {
          expression = join(" || ", [for country in sort(rules.value) : "origin.region_code == '${country}'"])
        }
      }
    }
  }

  # It reads bodies too: it only logs what it would refuse until the topology says otherwise.
  rules {
    action      = "deny(403)"
    priority    = 2000
    description = "Known vulnerabilities such as Log4Shell"
    preview     = !var.block_bodies

    match {
      expr {
        expression = "evaluatePreconfiguredWaf('cve-canary')"
      }
    }
  }

  dynamic "rules" {
    for_each = var.limit == null ? [] : [var.limit]

    content {
      action      = "throttle"
      priority    = 3000
      description = rules.value.key == "ALL" ? "Requests of all clients" : "Requests of one client"

      match {
        versioned_expr = "SRC_IPS_V1"

        config {
          src_ip_ranges = ["*"]
        }
      }

      rate_limit_options {
        conform_action = "allow"
        exceed_action  = "deny(429)"
        enforce_on_key = rules.value.key

        rate_limit_threshold {
          count        = rules.value.count
          interval_sec = rules.value.interval_seconds
        }
      }
    }
  }

  rules {
    action      = "allow"
    priority    = 2147483647
    description = "Everything else"

    match {
      versioned_expr = "SRC_IPS_V1"

      config {
        src_ip_ranges = ["*"]
      }
    }
  }
}

resource "google_compute_region_network_endpoint_group" "this" {
  project               = var.project_id
  name                  = local.name
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = var.cloud_run
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_compute_region_backend_service" "this" {
  project                         = var.project_id
  name                            = local.name
  region                          = var.region
  load_balancing_scheme           = "EXTERNAL_MANAGED"
  protocol                        = "HTTPS"
  connection_draining_timeout_sec = var.draining_seconds
  security_policy                 = google_compute_region_security_policy.this.self_link

  backend {
    group           = google_compute_region_network_endpoint_group.this.id
    balancing_mode  = "UTILIZATION"
    capacity_scaler = 1
  }

  log_config {
    enable      = true
    sample_rate = var.log_sample_rate
  }
}

resource "google_compute_region_url_map" "this" {
  project         = var.project_id
  name            = local.name
  region          = var.region
  default_service = google_compute_region_backend_service.this.id

  dynamic "host_rule" {
    for_each = length(var.cors_origins) == 0 ? [] : [var.host]

    content {
      hosts        = [host_rule.value]
      path_matcher = "cors"
    }
  }

  dynamic "path_matcher" {
    for_each = length(var.cors_origins) == 0 ? [] : [var.cors_origins]

    content {
      name            = "cors"
      default_service = google_compute_region_backend_service.this.id

      default_route_action {
        cors_policy {
          allow_origins = path_matcher.value
          allow_methods = ["GET", "POST", "OPTIONS"]
          # Without these a page can send neither JSON nor a token.
          allow_headers = ["Authorization", "Content-Type"]
          max_age       = 3600
        }
      }
    }
  }
}

resource "google_compute_region_target_https_proxy" "this" {
  project                          = var.project_id
  name                             = local.name
  region                           = var.region
  url_map                          = google_compute_region_url_map.this.id
  certificate_manager_certificates = [google_certificate_manager_certificate.this.id]
  ssl_policy                       = google_compute_region_ssl_policy.this.id
}

resource "google_compute_forwarding_rule" "this" {
  project               = var.project_id
  name                  = local.name
  region                = var.region
  load_balancing_scheme = "EXTERNAL_MANAGED"
  network               = var.network_id
  ip_address            = google_compute_address.this.id
  port_range            = "443"
  target                = google_compute_region_target_https_proxy.this.id
  labels                = var.labels
}
