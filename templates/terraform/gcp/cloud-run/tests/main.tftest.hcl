mock_provider "google" {}

variables {
  project_id           = "shop-prod"
  name                 = "web"
  region               = "us-central1"
  image                = "us-docker.pkg.dev/shop-prod/shop/web:1"
  service_account      = "web@shop-prod.iam.gserviceaccount.com"
  behind_load_balancer = true
  instances            = { min = 1, max = 10 }
  readiness            = { path = "/health", period_seconds = 10, timeout_seconds = 1, failure_threshold = 3 }
}

run "is_reached_through_the_load_balancer_only" {
  command = plan

  assert {
    condition     = google_cloud_run_v2_service.this.ingress == "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" && google_cloud_run_v2_service.this.default_uri_disabled
    error_message = "Nothing may go around the load balancer and its firewall."
  }
}

run "refuses_to_scale_to_zero" {
  command = plan

  variables {
    instances = { min = 0, max = 10 }
  }

  expect_failures = [var.instances]
}

run "is_public_without_a_member_that_an_organization_may_refuse" {
  command = plan

  variables {
    behind_load_balancer = true
    public               = true
  }

  assert {
    condition     = google_cloud_run_v2_service.this.invoker_iam_disabled && length(google_cloud_run_v2_service_iam_member.invoker) == 0
    error_message = "Domain-restricted sharing refuses allUsers."
  }
}

run "refuses_a_public_service_without_a_load_balancer" {
  command = plan

  variables {
    behind_load_balancer = false
    public               = true
  }

  expect_failures = [var.public]
}
