mock_provider "google" {
  mock_data "google_monitoring_uptime_check_ips" {
    defaults = {
      uptime_check_ips = [
        { ip_address = "35.187.242.1", location = "Virginia", region = "USA" },
        { ip_address = "35.187.242.2", location = "Virginia", region = "USA" },
        { ip_address = "35.187.242.3", location = "Virginia", region = "USA" },
        { ip_address = "35.187.242.4", location = "Virginia", region = "USA" },
        { ip_address = "35.187.242.5", location = "Virginia", region = "USA" },
        { ip_address = "35.187.242.6", location = "Virginia", region = "USA" },
        { ip_address = "35.187.242.7", location = "Virginia", region = "USA" },
        { ip_address = "35.187.242.8", location = "Virginia", region = "USA" },
        { ip_address = "35.187.242.9", location = "Virginia", region = "USA" },
        { ip_address = "35.187.242.10", location = "Virginia", region = "USA" },
        { ip_address = "35.187.242.11", location = "Virginia", region = "USA" },
        { ip_address = "35.187.242.12", location = "Virginia", region = "USA" },
      ]
    }
  }
  mock_resource "google_certificate_manager_dns_authorization" {
    defaults = {
      dns_resource_record = [{ name = "_acme_us.example.com.", type = "CNAME", data = "x.authorize.example." }]
    }
  }
}

variables {
  project_id       = "shop-prod"
  name             = "shop-hooks-backup"
  host             = "hooks.example.com"
  region           = "us-central1"
  cloud_run        = "hooks-us"
  network_id       = "projects/shop-prod/global/networks/shop"
  draining_seconds = 30
  limit            = { key = "ALL", count = 5000, interval_seconds = 10 }
}

run "lets_uptime_checks_pass_and_logs_what_it_would_refuse" {
  command = plan

  assert {
    condition     = { for r in google_compute_region_security_policy.this.rules : r.priority => length(r.match[0].config[0].src_ip_ranges) if r.priority < 1000 } == { 500 = 10, 501 = 2 }
    error_message = "Probes pass before all that refuses, ten ranges a rule."
  }

  assert {
    condition     = one([for r in google_compute_region_security_policy.this.rules : r.preview if r.priority == 2000])
    error_message = "Rules that read bodies are seen at work first."
  }
}

run "refuses_bodies_when_told" {
  command = plan

  variables {
    block_bodies = true
  }

  assert {
    condition     = !one([for r in google_compute_region_security_policy.this.rules : r.preview if r.priority == 2000])
    error_message = "Known vulnerabilities are refused."
  }
}

run "stands_in_one_region" {
  command = plan

  assert {
    condition     = google_compute_forwarding_rule.this.region == "us-central1" && google_compute_forwarding_rule.this.port_range == "443"
    error_message = "The backup takes https in its own region only."
  }

  assert {
    condition     = google_certificate_manager_dns_authorization.this.type == "PER_PROJECT_RECORD"
    error_message = "The global certificate has the fixed record already."
  }

  assert {
    condition     = [for r in google_compute_region_security_policy.this.rules : r.rate_limit_options[0].enforce_on_key if r.action == "throttle"] == ["ALL"]
    error_message = "The limit must hold on the backup too."
  }
}

run "refuses_an_unknown_key" {
  command = plan

  variables {
    limit = { key = "COOKIE", count = 1, interval_seconds = 10 }
  }

  expect_failures = [var.limit]
}
