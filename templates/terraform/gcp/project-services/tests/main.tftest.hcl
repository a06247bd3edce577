mock_provider "google" {}

run "leaves_the_apis_on" {
  command = plan

  variables {
    project_id = "shop-prod"
    services   = ["run.googleapis.com"]
  }

  assert {
    condition     = google_project_service.this["run.googleapis.com"].disable_on_destroy == false
    error_message = "Removing the system must not switch off an API that others use."
  }
}

run "refuses_a_short_name" {
  command = plan

  variables {
    project_id = "shop-prod"
    services   = ["run"]
  }

  expect_failures = [var.services]
}
