mock_provider "aws" {
  override_resource {
    target          = aws_iam_role.this
    override_during = plan

    values = { arn = "arn:aws:iam::123456789012:role/shop-images-copy-use1" }
  }
}

variables {
  role_name = "shop-images-copy-use1"
  origin = {
    region      = "us-east-1"
    bucket      = "123456789012-shop-images-us-east-1"
    kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  }
  targets = {
    us-west-2 = {
      bucket      = "123456789012-shop-images-us-west-2"
      kms_key_arn = "arn:aws:kms:us-west-2:123456789012:key/21111111-2222-3333-4444-555555555555"
    }
  }
}

run "copies_under_the_targets_key" {
  command = plan

  assert {
    condition     = aws_s3_bucket_replication_configuration.this.rule[0].destination[0].encryption_configuration[0].replica_kms_key_id == var.targets["us-west-2"].kms_key_arn
    error_message = "A copy is encrypted where it lies."
  }

  assert {
    condition     = aws_s3_bucket_replication_configuration.this.rule[0].delete_marker_replication[0].status == "Disabled"
    error_message = "A mistaken deletion leaves the copy."
  }

  assert {
    condition     = aws_s3_bucket_replication_configuration.this.rule[0].destination[0].metrics[0].status == "Enabled"
    error_message = "Replication lag must be measured."
  }
}

run "may_only_read_here_and_write_there" {
  command = plan

  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.this.policy).Statement : s.Resource if contains(flatten([s.Action]), "s3:ReplicateObject")] == [["arn:aws:s3:::123456789012-shop-images-us-west-2/*"]]
    error_message = "The role writes into the target alone."
  }
}

run "refuses_a_key_of_another_region" {
  command = plan

  variables {
    targets = {
      us-west-2 = {
        bucket      = "123456789012-shop-images-us-west-2"
        kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
      }
    }
  }

  expect_failures = [var.targets]
}

run "gives_each_of_several_targets_a_rule" {
  command = plan

  variables {
    two_way = true
    targets = {
      us-west-2 = {
        bucket      = "123456789012-shop-images-us-west-2"
        kms_key_arn = "arn:aws:kms:us-west-2:123456789012:key/21111111-2222-3333-4444-555555555555"
      }
      eu-west-1 = {
        bucket      = "123456789012-shop-images-eu-west-1"
        kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/31111111-2222-3333-4444-555555555555"
      }
    }
  }

  assert {
    condition     = [for rule in aws_s3_bucket_replication_configuration.this.rule : rule.destination[0].bucket] == ["arn:aws:s3:::123456789012-shop-images-eu-west-1", "arn:aws:s3:::123456789012-shop-images-us-west-2"]
    error_message = "A bucket has one configuration with a rule for each target."
  }

  assert {
    condition     = aws_s3_bucket_replication_configuration.this.rule[*].priority == tolist([1, 2])
    error_message = "Rules of one bucket need priorities that differ."
  }
}

run "refuses_its_own_region" {
  command = plan

  variables {
    targets = {
      us-east-1 = {
        bucket      = "123456789012-shop-images-copy"
        kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
      }
    }
  }

  expect_failures = [var.targets]
}
