mock_provider "aws" {}

variables {
  name          = "shop-sessions-us-east-1"
  node_type     = "cache.r7g.large"
  shards        = 3
  backup_days   = 7
  vpc_id        = "vpc-1"
  subnet_ids    = ["subnet-a", "subnet-b"]
  client_cidrs  = { "pods of us-east-1" = "10.1.0.0/16" }
  kms_key_arn   = "arn:aws:kms:us-east-1:123456789012:key/1"
  user_group_id = "shop-sessions"
}

run "is_encrypted_on_two_zones" {
  command = plan

  assert {
    condition     = aws_elasticache_replication_group.this.transit_encryption_enabled && tobool(aws_elasticache_replication_group.this.at_rest_encryption_enabled) && aws_elasticache_replication_group.this.multi_az_enabled
    error_message = "Redis must be encrypted, and outlive a zone."
  }
}

run "takes_from_the_writer_what_it_may_not_name" {
  command = plan

  variables {
    follows         = true
    global_group_id = "ldgnf-shop-sessions"
  }

  assert {
    condition     = length(aws_elasticache_parameter_group.this) == 0 && aws_elasticache_replication_group.this.global_replication_group_id == "ldgnf-shop-sessions"
    error_message = "A follower names neither engine nor parameters."
  }
}

run "refuses_a_burstable_node" {
  command = plan

  variables {
    node_type = "cache.t4g.small"
  }

  expect_failures = [var.node_type]
}
