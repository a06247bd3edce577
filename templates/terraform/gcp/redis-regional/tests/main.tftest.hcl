mock_provider "google" {}

run "names_every_member" {
  command = plan

  variables {
    project_id    = "shop-prod"
    name          = "sessions"
    region        = "us-east1"
    subnetwork_id = "projects/shop-prod/regions/us-east1/subnetworks/shop-us-east1"
    dns_zone      = "sessions"
    members       = { node-0 = "node-0.us-east1.sessions.internal" }
    backup        = { bucket = "shop-prod-sessions-us-east1", kms_key_id = "projects/shop-prod/locations/us-east1/keyRings/r/cryptoKeys/storage", keep_days = 30, writer = "serviceAccount:backup@shop-prod.iam.gserviceaccount.com" }
  }

  assert {
    condition     = google_dns_record_set.member["node-0"].name == "node-0.us-east1.sessions.internal."
    error_message = "Members are reached by name."
  }

  assert {
    condition     = google_compute_address.member["node-0"].address_type == "INTERNAL"
    error_message = "Members must not be public."
  }
}
