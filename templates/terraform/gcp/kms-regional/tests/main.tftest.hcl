mock_provider "google" {}

variables {
  project_id     = "shop-prod"
  project_number = "123456789012"
  name           = "shop"
  location       = "us-central1"
  keys           = { pubsub = ["gcp-sa-pubsub"] }
}

run "rotates_in_hardware" {
  command = plan

  assert {
    condition     = google_kms_crypto_key.this["pubsub"].rotation_period == "7776000s"
    error_message = "Keys must rotate every 90 days by default."
  }

  assert {
    condition     = google_kms_crypto_key.this["pubsub"].version_template[0].protection_level == "HSM"
    error_message = "Keys must live in hardware by default."
  }

  assert {
    condition     = google_kms_crypto_key_iam_member.agent["pubsub/gcp-sa-pubsub"].member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
    error_message = "Only the service agent may use the key."
  }
}

run "refuses_slow_rotation" {
  command = plan

  variables {
    rotation_seconds = 31536000
  }

  expect_failures = [var.rotation_seconds]
}
