mock_provider "aws" {}

variables {
  account_id = "123456789012"
  region     = "us-east-1"
  name       = "shop"
  keys       = { logs = { services = ["logs.us-east-1.amazonaws.com"] }, data = {} }
}

run "rotates_and_can_be_found_by_name" {
  command = plan

  assert {
    condition     = alltrue([for key in aws_kms_key.this : key.enable_key_rotation && key.rotation_period_in_days == 90 && !key.multi_region])
    error_message = "Keys rotate every 90 days and stay in their region."
  }

  assert {
    condition     = aws_kms_alias.this["data"].name == "alias/shop-data"
    error_message = "The alias is a function of names."
  }

  assert {
    condition     = length(jsondecode(aws_kms_key.this["logs"].policy).Statement) == 2
    error_message = "CloudWatch Logs must be able to use its key."
  }
}

run "refuses_a_hasty_deletion" {
  command = plan

  variables {
    deletion_days = 1
  }

  expect_failures = [var.deletion_days]
}
