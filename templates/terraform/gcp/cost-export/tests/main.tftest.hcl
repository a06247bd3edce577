mock_provider "google" {}

run "warns_before_the_end" {
  command = plan

  variables {
    project_id     = "shop-prod"
    project_number = "123456789012"
    name           = "shop"
    dataset_id     = "billing"
    location       = "US"
    kms_key_id     = "projects/shop-prod/locations/us/keyRings/r/cryptoKeys/bigquery"
    budget         = { billing_account = "01ABCD-234567-89EFGH", amount = 1000, currency = "USD", channel_ids = [] }
  }

  assert {
    condition     = google_billing_budget.this["this"].threshold_rules[0].threshold_percent == 0.5
    error_message = "Half the budget is worth a message."
  }
}
