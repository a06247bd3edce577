# One global HTTPS load balancer for one host: address, certificate, firewall rules, and a back end in each region that serves.

locals {
  # Where uptime checks come from, from all places.
  probes = [for probe in coalesce(data.google_monitoring_uptime_check_ips.this.uptime_check_ips, []) : can(cidrhost("${probe.ip_address}/128", 0)) ? "${probe.ip_address}/128" : "${probe.ip_address}/32"]

  serving    = var.serving_regions == null ? keys(var.backends) : var.serving_regions
  backends   = { for region, backend in var.backends : region => backend if contains(local.serving, region) }
  serverless = { for region, backend in local.backends : region => backend if backend.cloud_run != null }
  zonal = merge([
    for region, backend in local.backends : {
      for zone in try(backend.gke.zones, []) : "${region}/${zone}" => {
        group     = "projects/${var.project_id}/zones/${zone}/networkEndpointGroups/${backend.gke.group}"
        preferred = backend.preferred
        capacity  = backend.capacity
      }
    } if backend.gke != null
  ]...)
  # Serverless back ends take no health check: their region's health comes from readiness probes.
  has_endpoints = length(local.zonal) > 0
}

resource "google_compute_global_address" "this" {
  project = var.project_id
  name    = var.name
}

resource "google_certificate_manager_dns_authorization" "this" {
  project     = var.project_id
  name        = var.name
  description = "Proves control of ${var.host}, so that the certificate exists before traffic comes"
  domain      = var.host
  labels      = var.labels
}

resource "google_certificate_manager_certificate" "this" {
  project = var.project_id
  name    = var.name
  labels  = var.labels

  managed {
    domains            = [var.host]
    dns_authorizations = [google_certificate_manager_dns_authorization.this.id]
  }
}

resource "google_certificate_manager_certificate_map" "this" {
  project = var.project_id
  name    = var.name
  labels  = var.labels
}

resource "google_certificate_manager_certificate_map_entry" "this" {
  project      = var.project_id
  name         = var.name
  map          = google_certificate_manager_certificate_map.this.name
  hostname     = var.host
  certificates = [google_certificate_manager_certificate.this.id]
  labels       = var.labels
}

# The probes of a DNS health check reach an address, and need not name a host in the handshake.
resource "google_certificate_manager_certificate_map_entry" "default" {
  for_each = var.default_certificate ? { default = google_certificate_manager_certificate.this.id } : {}

  project      = var.project_id
  name         = "${var.name}-default"
  map          = google_certificate_manager_certificate_map.this.name
  matcher      = "PRIMARY"
  certificates = [each.value]
  labels       = var.labels
}

resource "google_compute_ssl_policy" "this" {
  project         = var.project_id
  name            = var.name
  profile         = "RESTRICTED"
  min_tls_version = "TLS_1_2"
}

data "google_monitoring_uptime_check_ips" "this" {}

resource "google_compute_security_policy" "this" {
  #checkov:skip=CKV_GCP_73:Rule 2000 refuses it; the check does not see a static rule beside dynamic ones.
  project     = var.project_id
  name        = var.name
  description = "Rate limit, blocked countries and known attacks for ${var.host}"
  type        = "CLOUD_ARMOR"

  adaptive_protection_config {
    layer_7_ddos_defense_config {
      enable = true
    }
  }

  # Before all that refuses: a refused probe looks like a lost host. A rule takes ten ranges.
  dynamic "rule" {
    for_each = chunklist(local.probes, 10)

    content {
      action      = "allow"
      priority    = 500 + rule.key
      description = "Uptime checks"

      match {
        versioned_expr = "SRC_IPS_V1"

        config {
          src_ip_ranges = rule.value
        }
      }
    }
  }

  dynamic "rule" {
    for_each = length(var.blocked_countries) == 0 ? [] : [var.blocked_countries]

    content {
      action      = "deny(403)"
      priority    = 1000
      description = "Blocked countries"

      match {
        expr {
          expression = join(" || ", [for country in sort(rule.value) : "origin.region_code == '${country}'"])
        }
      }
    }
  }

  # It reads bodies too: it only logs what it would refuse until the topology says otherwise.
  rule {
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

  dynamic "rule" {
    for_each = var.rate_limit == null ? [] : [var.rate_limit]

    content {
      action      = "throttle"
      priority    = 3000
      description = "Requests of one client"

      match {
        versioned_expr = "SRC_IPS_V1"

        config {
          src_ip_ranges = ["*"]
        }
      }

      rate_limit_options {
        conform_action = "allow"
        exceed_action  = "deny(429)"
        enforce_on_key = "IP"

        rate_limit_threshold {
          count        = rule.value.count
          interval_sec = rule.value.interval_seconds
        }
      }
    }
  }

  # One key for all callers: Cloud Armor counts in each region that has back ends.
  dynamic "rule" {
    for_each = var.region_limit == null ? [] : [var.region_limit]

    content {
      action      = "throttle"
      priority    = 3100
      description = "Requests of all clients to one region"

      match {
        versioned_expr = "SRC_IPS_V1"

        config {
          src_ip_ranges = ["*"]
        }
      }

      rate_limit_options {
        conform_action = "allow"
        exceed_action  = "deny(429)"
        enforce_on_key = "ALL"

        rate_limit_threshold {
          count        = rule.value.count
          interval_sec = rule.value.interval_seconds
        }
      }
    }
  }

  rule {
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
  for_each = local.serverless

  project               = var.project_id
  name                  = "${var.name}-${each.key}"
  region                = each.key
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = each.value.cloud_run
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_compute_backend_service" "this" {
  project                         = var.project_id
  name                            = var.name
  load_balancing_scheme           = "EXTERNAL_MANAGED"
  protocol                        = "HTTPS"
  port_name                       = local.has_endpoints ? "https" : null
  timeout_sec                     = local.has_endpoints ? var.timeout_seconds : null
  connection_draining_timeout_sec = var.draining_seconds
  security_policy                 = google_compute_security_policy.this.id
  health_checks                   = local.has_endpoints ? [var.health_check_id] : null

  dynamic "backend" {
    for_each = local.zonal

    content {
      group                 = backend.value.group
      balancing_mode        = "RATE"
      max_rate_per_endpoint = var.max_rate_per_endpoint
      capacity_scaler       = backend.value.capacity
      preference            = backend.value.preferred ? "PREFERRED" : null
    }
  }

  dynamic "backend" {
    for_each = google_compute_region_network_endpoint_group.this

    content {
      group = backend.value.id
    }
  }

  log_config {
    enable      = true
    sample_rate = var.log_sample_rate
  }
}

resource "google_compute_url_map" "this" {
  project         = var.project_id
  name            = var.name
  default_service = google_compute_backend_service.this.id

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
      default_service = google_compute_backend_service.this.id

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

resource "google_compute_target_https_proxy" "this" {
  project         = var.project_id
  name            = var.name
  url_map         = google_compute_url_map.this.id
  certificate_map = "//certificatemanager.googleapis.com/${google_certificate_manager_certificate_map.this.id}"
  ssl_policy      = google_compute_ssl_policy.this.id
}

resource "google_compute_global_forwarding_rule" "https" {
  project               = var.project_id
  name                  = var.name
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.this.id
  port_range            = "443"
  target                = google_compute_target_https_proxy.this.id
  labels                = var.labels
}

resource "google_compute_url_map" "redirect" {
  project = var.project_id
  name    = "${var.name}-redirect"

  default_url_redirect {
    https_redirect         = true
    redirect_response_code = "MOVED_PERMANENTLY_DEFAULT"
    strip_query            = false
  }
}

resource "google_compute_target_http_proxy" "redirect" {
  project = var.project_id
  name    = "${var.name}-redirect"
  url_map = google_compute_url_map.redirect.id
}

resource "google_compute_global_forwarding_rule" "redirect" {
  project               = var.project_id
  name                  = "${var.name}-redirect"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.this.id
  port_range            = "80"
  target                = google_compute_target_http_proxy.redirect.id
  labels                = var.labels
}
