# The frame of a Redis on several regions: one region writes, and at most two others follow.

resource "aws_elasticache_global_replication_group" "this" {
  global_replication_group_id_suffix   = var.name
  global_replication_group_description = "Redis of ${var.name} on several regions"
  primary_replication_group_id         = var.primary_replication_group_id
  engine_version                       = var.engine_version

  # What the frame decides for all groups: theirs are not read any more once they are in it.
  cache_node_type            = var.node_type
  num_node_groups            = var.shards
  automatic_failover_enabled = true

  lifecycle {
    # A failover makes another group the primary; a plan must not take it back.
    ignore_changes = [primary_replication_group_id]
  }
}
