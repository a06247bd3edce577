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
      dns_resource_record = [{ name = "_acme.example.com.", type = "CNAME", data = "x.authorize.example." }]
    }
  }
}

variables {
  project_id       = "shop-prod"
  name             = "shop-api"
  host             = "api.example.com"
  draining_seconds = 30
  health_check_id  = "projects/shop-prod/global/healthChecks/shop-api"
  rate_limit       = { count = 10000, interval_seconds = 10 }
  backends = {
    us-central1 = { gke = { group = "shop-ingress-us-central1", zones = ["us-central1-a", "us-central1-b"] } }
    us-east1    = { gke = { group = "shop-ingress-us-east1", zones = ["us-east1-b"] } }
  }
}

run "lets_uptime_checks_pass_and_logs_what_it_would_refuse" {
  command = plan

  assert {
    condition     = { for r in google_compute_security_policy.this.rule : r.priority => length(r.match[0].config[0].src_ip_ranges) if r.priority < 1000 } == { 500 = 10, 501 = 2 }
    error_message = "Probes pass before all that refuses, ten ranges a rule."
  }

  assert {
    condition     = one([for r in google_compute_security_policy.this.rule : r.preview if r.priority == 2000])
    error_message = "Rules that read bodies are seen at work first."
  }
}

run "refuses_bodies_when_told" {
  command = plan

  variables {
    block_bodies = true
  }

  assert {
    condition     = !one([for r in google_compute_security_policy.this.rule : r.preview if r.priority == 2000])
    error_message = "Known vulnerabilities are refused."
  }
}

run "serves_every_zone_and_refuses_floods" {
  command = plan

  assert {
    condition     = length(local.zonal) == 3
    error_message = "Every zone's endpoint group is a back end."
  }

  assert {
    condition     = length([for r in google_compute_security_policy.this.rule : r if r.action == "throttle"]) == 1
    error_message = "The rate limit must be a rule."
  }

  assert {
    condition     = google_compute_ssl_policy.this.min_tls_version == "TLS_1_2"
    error_message = "Old TLS must be refused."
  }
}

run "begins_without_back_ends" {
  command = plan

  variables {
    serving_regions = []
  }

  assert {
    condition     = length(local.zonal) == 0
    error_message = "The first apply comes before the endpoint groups."
  }
}

run "refuses_a_mixture" {
  command = plan

  variables {
    backends = {
      us-central1 = { gke = { group = "g", zones = ["us-central1-a"] } }
      us-east1    = { cloud_run = "web" }
    }
  }

  expect_failures = [var.backends]
}

run "limits_a_region" {
  command = plan

  variables {
    rate_limit          = null
    region_limit        = { count = 5000, interval_seconds = 10 }
    default_certificate = true
    backends            = { us-central1 = { cloud_run = "hooks-us" }, europe-west1 = { cloud_run = "hooks-eu" } }
  }

  assert {
    condition     = [for r in google_compute_security_policy.this.rule : r.rate_limit_options[0].enforce_on_key if r.action == "throttle"] == ["ALL"]
    error_message = "All callers of a region share one count."
  }

  assert {
    condition     = google_certificate_manager_certificate_map_entry.default["default"].matcher == "PRIMARY"
    error_message = "Probes without a host name need a certificate."
  }
}

run "refuses_two_limits" {
  command = plan

  variables {
    region_limit = { count = 5000, interval_seconds = 10 }
  }

  expect_failures = [var.region_limit]
}

run "prefers_a_region" {
  command = plan

  variables {
    backends = {
      us-central1 = { preferred = true, gke = { group = "g", zones = ["us-central1-a"] } }
      us-east1    = { gke = { group = "g", zones = ["us-east1-b"] } }
    }
  }

  assert {
    condition     = sort([for b in google_compute_backend_service.this.backend : coalesce(b.preference, "DEFAULT")]) == tolist(["DEFAULT", "PREFERRED"])
    error_message = "One region is filled first."
  }
}

run "keeps_a_region_closed" {
  command = plan

  variables {
    backends = {
      us-central1 = { gke = { group = "g", zones = ["us-central1-a"] } }
      us-east1    = { capacity = 0, gke = { group = "g", zones = ["us-east1-b"] } }
    }
  }

  assert {
    condition     = sort([for b in google_compute_backend_service.this.backend : b.capacity_scaler]) == tolist(["0", "1"])
    error_message = "A region that stands by has no capacity until a person gives it some."
  }
}

run "refuses_to_prefer_cloud_run" {
  command = plan

  variables {
    backends = { us-central1 = { preferred = true, cloud_run = "web" }, us-east1 = { cloud_run = "web" } }
  }

  expect_failures = [var.backends]
}
