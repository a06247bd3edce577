mock_provider "aws" {}

variables {
  name                         = "shop-sessions"
  primary_replication_group_id = "shop-sessions-us-east-1"
  engine_version               = "7.1"
}

run "begins_with_the_first_writer" {
  command = plan

  assert {
    condition     = aws_elasticache_global_replication_group.this.primary_replication_group_id == "shop-sessions-us-east-1"
    error_message = "The first writer must be the one that is named."
  }
}

run "refuses_a_dot" {
  command = plan

  variables {
    name = "shop.sessions"
  }

  expect_failures = [var.name]
}
