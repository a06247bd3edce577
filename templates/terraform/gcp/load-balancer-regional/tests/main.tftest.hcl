mock_provider "google" {
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
