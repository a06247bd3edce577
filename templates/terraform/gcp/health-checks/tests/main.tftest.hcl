mock_provider "google" {}

variables {
  project_id    = "shop-prod"
  name          = "shop-api"
  host          = "api.example.com"
  uptime_paths  = ["/health"]
  load_balancer = { path = "/health", interval_seconds = 5, timeout_seconds = 2, healthy_threshold = 2, unhealthy_threshold = 2 }
}

run "checks_as_often_as_promised" {
  command = plan

  assert {
    condition     = google_compute_health_check.this["this"].check_interval_sec == 5 && google_compute_health_check.this["this"].unhealthy_threshold == 2
    error_message = "Detection is interval times threshold: both must be as given."
  }
}

run "refuses_a_timeout_over_the_interval" {
  command = plan

  variables {
    load_balancer = { path = "/health", interval_seconds = 5, timeout_seconds = 6, healthy_threshold = 2, unhealthy_threshold = 2 }
  }

  expect_failures = [var.load_balancer]
}

run "asks_for_dns_from_three_regions" {
  command = plan

  variables {
    load_balancer = null
    dns           = { path = "/health", interval_seconds = 30, timeout_seconds = 5, healthy_threshold = 2, unhealthy_threshold = 2, source_regions = ["europe-west1", "us-central1", "us-east1"] }
  }

  assert {
    condition     = google_compute_health_check.dns["this"].https_health_check[0].host == "api.example.com" && length(google_compute_health_check.dns["this"].tcp_health_check) == 0
    error_message = "The probe must ask the host, not the address."
  }
}

run "only_connects_to_a_private_host" {
  command = plan

  variables {
    load_balancer = null
    dns           = { interval_seconds = 30, timeout_seconds = 5, healthy_threshold = 2, unhealthy_threshold = 2, source_regions = ["europe-west1", "us-central1", "us-east1"] }
  }

  assert {
    condition     = google_compute_health_check.dns["this"].tcp_health_check[0].port == 443
    error_message = "Without a path a connection must be enough."
  }
}

run "refuses_a_quick_dns_check" {
  command = plan

  variables {
    dns = { interval_seconds = 10, timeout_seconds = 5, healthy_threshold = 2, unhealthy_threshold = 2, source_regions = ["europe-west1", "us-central1", "us-east1"] }
  }

  expect_failures = [var.dns]
}
