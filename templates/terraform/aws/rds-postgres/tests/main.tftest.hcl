mock_provider "aws" {}

variables {
  name             = "shop-main-us-east-1"
  engine_version   = "16"
  instance_class   = "db.r6g.xlarge"
  storage_gb       = 100
  vpc_id           = "vpc-1"
  subnet_ids       = ["subnet-a", "subnet-b"]
  client_cidrs     = { "pods of us-east-1" = "10.1.0.0/16" }
  peer_cidrs       = { "us-west-2" = "10.4.0.0/20" }
  kms_key_arn      = "arn:aws:kms:us-east-1:123456789012:key/1"
  logs_kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/2"
  backup_days      = 35
}

run "guards_its_data" {
  command = plan

  assert {
    condition     = aws_db_instance.this.multi_az && aws_db_instance.this.deletion_protection && aws_db_instance.this.storage_encrypted && !aws_db_instance.this.publicly_accessible
    error_message = "A database stands in two zones, is encrypted, private and not deleted by mistake."
  }

  assert {
    condition     = aws_db_instance.this.manage_master_user_password && aws_db_instance.this.password == null
    error_message = "The password must not pass through Terraform."
  }

  assert {
    condition     = aws_db_parameter_group.this.family == "postgres16" && length([for p in aws_db_parameter_group.this.parameter : p if p.name == "rds.logical_replication"]) == 0
    error_message = "Logical replication is off unless it is asked for."
  }

  assert {
    condition     = length(aws_vpc_security_group_egress_rule.peer) == 0
    error_message = "What subscribes to nothing connects to nobody."
  }
}

run "replicates_logically" {
  command = plan

  variables {
    logical   = { databases = 6, conflict_resolution = "last_update_wins", keep_wal_mb = 51200 }
    conflicts = { namespace = "shop", metric = "conflicts", table = "replication_conflicts" }
  }

  assert {
    condition     = { for p in aws_db_parameter_group.this.parameter : p.name => p.value }["shared_preload_libraries"] == "pg_stat_statements,pglogical"
    error_message = "pglogical must be loaded at the start."
  }

  assert {
    condition     = { for p in aws_db_parameter_group.this.parameter : p.name => p.value }["track_commit_timestamp"] == "1"
    error_message = "Without commit times, the later write is not known."
  }

  assert {
    condition     = aws_cloudwatch_log_metric_filter.conflicts["this"].log_group_name == "/aws/rds/instance/shop-main-us-east-1/postgresql"
    error_message = "Conflicts are read from the server's log."
  }
}

run "copies_another_instance" {
  command = plan

  variables {
    replica_of = "arn:aws:rds:us-west-2:123456789012:db:shop-main-us-west-2"
  }

  assert {
    condition     = aws_db_instance.this.replicate_source_db == "arn:aws:rds:us-west-2:123456789012:db:shop-main-us-west-2"
    error_message = "The source must be the one that is named."
  }
}

run "refuses_more_days_than_there_are" {
  command = plan

  variables {
    backup_days = 36
  }

  expect_failures = [var.backup_days]
}

run "refuses_an_unknown_resolution" {
  command = plan

  variables {
    logical = { databases = 1, conflict_resolution = "crdt", keep_wal_mb = 1024 }
  }

  expect_failures = [var.logical]
}
