mock_provider "aws" {}

variables {
  instances   = { main = "arn:aws:rds:us-east-1:123456789012:db:shop-main-us-east-1" }
  keep_days   = 35
  kms_key_arn = "arn:aws:kms:us-west-2:123456789012:key/1"
}

run "keeps_the_history_of_another_region" {
  command = plan

  assert {
    condition     = aws_db_instance_automated_backups_replication.this["main"].retention_period == 35
    error_message = "Copies must reach as far back as was asked for."
  }
}

run "refuses_what_is_no_instance" {
  command = plan

  variables {
    instances = { main = "shop-main" }
  }

  expect_failures = [var.instances]
}
