mock_provider "aws" {
  override_resource {
    target          = aws_iam_role.this
    override_during = plan

    values = { arn = "arn:aws:iam::123456789012:role/shop-backup-use1" }
  }
}

variables {
  account_id  = "123456789012"
  region      = "us-east-1"
  name        = "shop"
  vault_name  = "shop-us-east-1"
  role_name   = "shop-backup-use1"
  kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  topic_arn   = "arn:aws:sns:us-east-1:123456789012:shop-operations"
  plans = {
    orders = {
      schedule           = "cron(15 3 * * ? *)"
      keep_days          = 35
      resource_arns      = ["arn:aws:rds:us-east-1:123456789012:db:shop-orders-us-east-1"]
      copy_to_vault_arns = ["arn:aws:backup:us-west-2:123456789012:backup-vault:shop-us-west-2"]
    }
  }
}

run "copies_to_another_region" {
  command = plan

  assert {
    condition     = one(one(aws_backup_plan.this["orders"].rule).copy_action).destination_vault_arn == "arn:aws:backup:us-west-2:123456789012:backup-vault:shop-us-west-2"
    error_message = "A backup beside its store is lost with it."
  }

  assert {
    condition     = aws_backup_selection.this["orders"].resources == var.plans.orders.resource_arns && aws_backup_vault.this.kms_key_arn == var.kms_key_arn
    error_message = "What is named is backed up, under a key of ours."
  }

  assert {
    condition     = length(aws_backup_vault_lock_configuration.this) == 0
    error_message = "No lock unless it is asked for."
  }
}

run "locks_when_asked" {
  command = plan

  variables {
    lock = { min_days = 7, max_days = 35 }
  }

  assert {
    condition     = aws_backup_vault_lock_configuration.this[0].changeable_for_days == null
    error_message = "A lock is final only where somebody wrote so."
  }
}

run "refuses_a_backup_that_the_lock_refuses" {
  command = plan

  variables {
    lock = { min_days = 60, max_days = 90 }
  }

  expect_failures = [var.plans]
}

run "refuses_a_plan_of_nothing" {
  command = plan

  variables {
    plans = { orders = { schedule = "cron(15 3 * * ? *)", keep_days = 35, resource_arns = [] } }
  }

  expect_failures = [var.plans]
}
