# The frame of a Redis on several regions: one region writes, and at most two others follow.

resource "aws_elasticache_global_replication_group" "this" {
  global_replication_group_id_suffix   = var.name
  global_replication_group_description = "Redis of ${var.name} on several regions"
  primary_replication_group_id         = var.primary_replication_group_id
  engine_version                       = var.engine_version

  lifecycle {
    # A failover makes another group the primary; a plan must not take it back.
    ignore_changes = [primary_replication_group_id]
  }
}
