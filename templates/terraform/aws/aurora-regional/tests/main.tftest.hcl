mock_provider "aws" {}

variables {
  name              = "shop-main-us-east-1"
  global_cluster_id = "shop-main"
  writer            = true
  engine_version    = "16.6"
  instance_class    = "db.r6g.xlarge"
  master_password   = "not-a-password"
  vpc_id            = "vpc-1"
  subnet_ids        = ["subnet-a", "subnet-b"]
  client_cidrs      = { "pods of us-east-1" = "10.1.0.0/16" }
  kms_key_arn       = "arn:aws:kms:us-east-1:123456789012:key/1"
  backup_days       = 35
}

run "writes_first" {
  command = plan

  assert {
    condition     = aws_rds_cluster.this.master_username == "app_admin" && !aws_rds_cluster.this.enable_global_write_forwarding
    error_message = "The first writer has users of its own."
  }

  assert {
    condition     = length(aws_rds_cluster_instance.this) == 2
    error_message = "Two instances stand in two zones."
  }
}

run "follows" {
  command = plan

  variables {
    writer              = false
    stop_writes_seconds = 20
  }

  assert {
    condition     = aws_rds_cluster.this.enable_global_write_forwarding
    error_message = "What follows sends writes on."
  }

  assert {
    condition     = one([for p in aws_rds_cluster_parameter_group.this.parameter : p.value if p.name == "rds.global_db_rpo"]) == "20"
    error_message = "The bound must be as given."
  }
}

run "refuses_a_bound_below_twenty_seconds" {
  command = plan

  variables {
    stop_writes_seconds = 5
  }

  expect_failures = [var.stop_writes_seconds]
}
