mock_provider "google" {}

variables {
  project_id = "shop-prod"
  name       = "sessions"
  network_id = "projects/shop-prod/global/networks/shop"
  domain     = "sessions.internal"
  ranges     = ["10.0.0.0/20", "10.1.0.0/16"]
}

run "is_private" {
  command = plan

  assert {
    condition     = google_dns_managed_zone.this.visibility == "private"
    error_message = "Members' names must not be public."
  }
}

run "refuses_the_open_world" {
  command = plan

  variables {
    ranges = ["0.0.0.0/0"]
  }

  expect_failures = [var.ranges]
}
