mock_provider "google" {}

variables {
  project_id = "shop-prod"
  bindings   = { shop-api = { namespace = "shop", name = "api" } }
}

run "binds_only_the_named_account" {
  command = plan

  assert {
    condition     = google_service_account_iam_member.this["shop-api"].member == "serviceAccount:shop-prod.svc.id.goog[shop/api]"
    error_message = "Only the named Kubernetes service account may act as the account."
  }
}

run "refuses_a_short_id" {
  command = plan

  variables {
    bindings = { api = { namespace = "shop", name = "api" } }
  }

  expect_failures = [var.bindings]
}
