mock_provider "google" {}

variables {
  project_id = "shop-prod"
  bucket     = "shop-prod-shop-images-us-east1"
  location   = "US-EAST1"
  kms_key_id = "projects/shop-prod/locations/us-east1/keyRings/r/cryptoKeys/storage"
  users      = { web-use1 = "serviceAccount:web-use1@shop-prod.iam.gserviceaccount.com" }
}

run "is_private_and_keeps_what_is_replaced" {
  command = plan

  assert {
    condition     = google_storage_bucket.this.public_access_prevention == "enforced" && google_storage_bucket.this.uniform_bucket_level_access && google_storage_bucket.this.encryption[0].default_kms_key_name == var.kms_key_id
    error_message = "The bucket is closed to the public and encrypted with our key."
  }

  assert {
    condition     = google_storage_bucket.this.versioning[0].enabled && google_storage_bucket.this.deletion_policy == "PREVENT" && !google_storage_bucket.this.force_destroy
    error_message = "What is replaced stays, and so does the bucket."
  }
}

run "moves_and_ends_objects_by_age" {
  command = plan

  variables {
    tiers = { nearline = { class = "NEARLINE", after_days = 30 }, analytics = { class = "COLDLINE", after_days = 0, prefixes = ["analytics/"] } }
    ends  = { covers = { after_days = 365, prefixes = ["covers/"] } }
  }

  assert {
    condition     = length(google_storage_bucket.this.lifecycle_rule) == 5
    error_message = "Each tier and each end is a rule, beside old versions and uploads that nobody ended."
  }
}

run "is_in_two_regions_within_15_minutes" {
  command = plan

  variables {
    location   = "NAM4"
    turbo      = true
    kms_key_id = "projects/shop-prod/locations/nam4/keyRings/r/cryptoKeys/storage"
  }

  assert {
    condition     = google_storage_bucket.this.rpo == "ASYNC_TURBO"
    error_message = "A dual-region has turbo replication."
  }
}

run "refuses_turbo_elsewhere" {
  command = plan

  variables {
    turbo = true
  }

  expect_failures = [var.turbo]
}

run "refuses_the_public" {
  command = plan

  variables {
    users = { all = "allUsers" }
  }

  expect_failures = [var.users]
}
