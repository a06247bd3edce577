mock_provider "google" {}

variables {
  project_id     = "shop-prod"
  project_number = "123456789012"
  jobs = {
    images-us-east1-to-us-west1 = { source = "shop-images-us-east1", sink = "shop-images-us-west1", leaves_out = ["covers/"] }
  }
}

run "copies_what_may_go" {
  command = plan

  assert {
    condition     = google_storage_transfer_job.this["images-us-east1-to-us-west1"].replication_spec[0].object_conditions[0].exclude_prefixes[0] == "covers/"
    error_message = "What stays in its region is left out."
  }

  assert {
    condition     = length(google_storage_bucket_iam_member.this) == 4
    error_message = "The agent reads and watches the source, and writes the sink."
  }
}

run "refuses_two_buckets_that_copy_each_other" {
  command = plan

  variables {
    jobs = {
      there = { source = "shop-a", sink = "shop-b" }
      back  = { source = "shop-b", sink = "shop-a" }
    }
  }

  expect_failures = [var.jobs]
}
