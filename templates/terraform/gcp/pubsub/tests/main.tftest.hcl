mock_provider "google" {}

variables {
  project_id     = "shop-prod"
  project_number = "123456789012"
  name           = "events"
  regions        = ["us-central1"]
  kms_key_id     = "projects/shop-prod/locations/us-central1/keyRings/r/cryptoKeys/pubsub"
  push           = { endpoint = "https://worker.example.com/events", service_account = "push@shop-prod.iam.gserviceaccount.com", audience = "https://worker.example.com" }
}

run "never_expires_and_signs_pushes" {
  command = plan

  assert {
    condition     = google_pubsub_subscription.this.expiration_policy[0].ttl == ""
    error_message = "An idle subscription would be deleted after 31 days."
  }

  assert {
    condition     = google_pubsub_subscription.this.push_config[0].oidc_token[0].audience == "https://worker.example.com"
    error_message = "Push requests must carry a token for the receiver."
  }

  assert {
    condition     = google_pubsub_topic.this.message_storage_policy[0].enforce_in_transit
    error_message = "Messages must stay in the named regions in transit too."
  }
}

run "refuses_plain_http" {
  command = plan

  variables {
    push = { endpoint = "http://worker.example.com", service_account = "a", audience = "b" }
  }

  expect_failures = [var.push]
}

run "lets_a_receiver_set_aside" {
  command = plan

  variables {
    dead_letter_publishers = { worker = "serviceAccount:worker@shop-prod.iam.gserviceaccount.com" }
  }

  assert {
    condition     = google_pubsub_topic_iam_member.dead_letter_publisher["worker"].topic == "events-dead-letter"
    error_message = "The grant is on the dead-letter topic only."
  }
}
