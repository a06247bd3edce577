mock_provider "aws" {}

variables {
  account_id           = "123456789012"
  name                 = "shop"
  kms_key_arn          = "arn:aws:kms:us-east-1:123456789012:key/mrk-11111111222233334444555555555555"
  replica_kms_key_arns = { us-west-2 = "arn:aws:kms:us-west-2:123456789012:key/mrk-11111111222233334444555555555555" }
  rotation_topic_arn   = "arn:aws:sns:us-east-1:123456789012:shop-operations"
  secrets = {
    signing-key = { replicas = ["us-west-2"], rotation_days = 90 }
    local       = {}
  }
}

run "copies_under_a_key_of_each_region" {
  command = plan

  assert {
    condition     = [for r in aws_secretsmanager_secret.this["signing-key"].replica : r.kms_key_id] == [var.replica_kms_key_arns["us-west-2"]]
    error_message = "A copy is encrypted with a key of its own region."
  }

  assert {
    condition     = length(aws_secretsmanager_secret.this["local"].replica) == 0 && aws_secretsmanager_secret.this["local"].recovery_window_in_days == 30
    error_message = "A secret without copies stays in its region, and can be brought back."
  }
}

run "says_when_a_value_is_due" {
  command = plan

  assert {
    condition     = aws_cloudwatch_event_rule.rotation["signing-key"].schedule_expression == "rate(90 days)" && length(aws_cloudwatch_event_rule.rotation) == 1
    error_message = "A rotation is announced by its period."
  }
}

run "refuses_a_copy_without_a_key" {
  command = plan

  variables {
    replica_kms_key_arns = {}
  }

  expect_failures = [var.replica_kms_key_arns]
}
