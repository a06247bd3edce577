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

run "asks_who_comes" {
  command = plan

  assert {
    condition     = contains(aws_elasticache_replication_group.this.user_group_ids, "shop-sessions")
    error_message = "Nobody may use the store without signing in."
  }
}

run "follows_a_version" {
  command = plan

  variables {
    engine_version = "8.0"
  }

  assert {
    condition     = aws_elasticache_replication_group.this.engine == "valkey" && aws_elasticache_replication_group.this.engine_version == "8.0" && aws_elasticache_parameter_group.this.family == "valkey8"
    error_message = "A later version is Valkey's, with parameters of its own."
  }
}

run "refuses_a_burstable_node" {
  command = plan

  variables {
    node_type = "cache.t4g.small"
  }

  expect_failures = [var.node_type]
}
