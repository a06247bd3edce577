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
