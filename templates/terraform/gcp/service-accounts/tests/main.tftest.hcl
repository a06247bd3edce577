mock_provider "google" {}

run "binds_a_workload" {
  command = plan

  variables {
    project_id = "shop-prod"
    accounts = {
      shop-api = {
        display_name = "api"
        roles        = ["roles/datastore.user"]
        workloads    = [{ namespace = "shop", name = "api" }]
      }
    }
  }

  assert {
    condition     = google_service_account_iam_member.workload["shop-api/shop/api"].member == "serviceAccount:shop-prod.svc.id.goog[shop/api]"
    error_message = "Only the named Kubernetes service account may act as the account."
  }
}

run "refuses_owner" {
  command = plan

  variables {
    project_id = "shop-prod"
    accounts   = { shop-api = { display_name = "api", roles = ["roles/owner"] } }
  }

  expect_failures = [var.accounts]
}
