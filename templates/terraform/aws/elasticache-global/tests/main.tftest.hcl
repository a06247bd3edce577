mock_provider "aws" {}

variables {
  name                         = "shop-sessions"
  primary_replication_group_id = "shop-sessions-us-east-1"
  engine_version               = "7.1"
  node_type                    = "cache.r7g.large"
}

run "begins_with_the_first_writer" {
  command = plan

  assert {
    condition     = aws_elasticache_global_replication_group.this.primary_replication_group_id == "shop-sessions-us-east-1"
    error_message = "The first writer must be the one that is named."
  }
}

run "decides_on_nodes_and_shards_of_all_groups" {
  command = plan

  variables {
    node_type = "cache.r7g.xlarge"
    shards    = 3
  }

  assert {
    condition     = aws_elasticache_global_replication_group.this.cache_node_type == "cache.r7g.xlarge" && aws_elasticache_global_replication_group.this.num_node_groups == 3
    error_message = "A change of nodes or shards must reach the groups, which ignore their own."
  }
}

run "refuses_a_dot" {
  command = plan

  variables {
    name = "shop.sessions"
  }

  expect_failures = [var.name]
}
