mock_provider "aws" {}

variables {
  name        = "shop-orders"
  kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/1"
  replicas    = { us-west-2 = "arn:aws:kms:us-west-2:123456789012:key/2" }
}

run "replicates_with_history_everywhere" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.this.stream_view_type == "NEW_AND_OLD_IMAGES" && one([for r in aws_dynamodb_table.this.replica : r.point_in_time_recovery if r.region_name == "us-west-2"])
    error_message = "A replica needs the stream, and history of its own."
  }

  assert {
    condition     = aws_dynamodb_table.this.deletion_protection_enabled && aws_dynamodb_table.this.point_in_time_recovery[0].recovery_period_in_days == 35
    error_message = "It is not deleted by mistake, and goes back 35 days."
  }
}

run "refuses_a_key_of_another_type" {
  command = plan

  variables {
    hash_key = { name = "pk", type = "M" }
  }

  expect_failures = [var.hash_key]
}
