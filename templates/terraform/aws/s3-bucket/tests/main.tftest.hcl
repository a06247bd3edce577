mock_provider "aws" {}

variables {
  account_id  = "123456789012"
  bucket      = "123456789012-shop-images"
  kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
}

run "keeps_versions_and_the_public_out" {
  command = plan

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled" && !aws_s3_bucket.this.force_destroy
    error_message = "What was there can be brought back."
  }

  assert {
    condition     = aws_s3_bucket_public_access_block.this.block_public_policy && aws_s3_bucket_public_access_block.this.restrict_public_buckets
    error_message = "Nobody can open the bucket to the public."
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms"
    error_message = "Objects are encrypted with a key of ours."
  }

  assert {
    condition     = jsondecode(aws_s3_bucket_policy.this.policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false" && length(aws_s3_bucket_object_lock_configuration.this) == 0
    error_message = "Nothing goes over the network in the clear, and nothing is locked unasked."
  }
}

run "locks_when_asked" {
  command = plan

  variables {
    lock_days = 30
  }

  assert {
    condition     = aws_s3_bucket_object_lock_configuration.this[0].rule[0].default_retention[0].mode == "GOVERNANCE"
    error_message = "A lock must be undoable by a named right."
  }
}

run "refuses_a_name_with_dots" {
  command = plan

  variables {
    bucket = "shop.images"
  }

  expect_failures = [var.bucket]
}
