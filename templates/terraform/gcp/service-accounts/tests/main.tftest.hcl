mock_provider "google" {}

run "grants_only_what_is_named" {
  command = plan

  variables {
    project_id = "shop-prod"
    accounts = {
      shop-api = {
        display_name      = "api"
        roles             = ["roles/cloudtrace.agent"]
        conditional_roles = [{ title = "main", role = "roles/datastore.user", expression = "resource.name == \"projects/shop-prod/databases/main\"" }]
      }
    }
  }

  assert {
    condition     = google_project_iam_member.conditional["shop-api/main"].condition[0].expression == "resource.name == \"projects/shop-prod/databases/main\""
    error_message = "Access to data is limited to the named database."
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
