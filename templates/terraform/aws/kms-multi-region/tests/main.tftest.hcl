mock_provider "aws" {}

variables {
  account_id = "123456789012"
  region     = "us-east-1"
  name       = "shop"
  keys       = { secrets = {} }
}

run "makes_primaries_where_there_are_none" {
  command = plan

  assert {
    condition     = aws_kms_key.primary["secrets"].multi_region && aws_kms_key.primary["secrets"].enable_key_rotation
    error_message = "The primary is a multi-Region key that rotates."
  }

  assert {
    condition     = length(aws_kms_replica_key.replica) == 0
    error_message = "A primary's region has no replica."
  }
}

run "makes_replicas_of_named_primaries" {
  command = plan

  variables {
    region           = "us-west-2"
    primary_key_arns = { secrets = "arn:aws:kms:us-east-1:123456789012:key/mrk-11111111222233334444555555555555" }
  }

  assert {
    condition     = aws_kms_replica_key.replica["secrets"].primary_key_arn == var.primary_key_arns["secrets"] && length(aws_kms_key.primary) == 0
    error_message = "The replica has its primary's material."
  }

  assert {
    condition     = aws_kms_alias.this["secrets"].name == "alias/shop-shared-secrets"
    error_message = "All regions name the key alike."
  }
}

run "refuses_a_replica_without_a_primary" {
  command = plan

  variables {
    primary_key_arns = { other = "arn:aws:kms:us-east-1:123456789012:key/mrk-11111111222233334444555555555555" }
  }

  expect_failures = [var.primary_key_arns]
}
