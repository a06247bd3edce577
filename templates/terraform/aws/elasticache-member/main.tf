# A Redis of one region on ElastiCache that is part of a global group, encrypted and on two zones. The global group decides on its version, its nodes and its shards.

locals {
  # What follows takes all of this from the writer, and may not name it.
  own = !var.follows

  # Redis ends at 7.1 on ElastiCache; later versions are Valkey's.
  engine = tonumber(join(".", slice(split(".", "${var.engine_version}.0"), 0, 2))) > 7.1 ? "valkey" : "redis"
}

resource "aws_elasticache_subnet_group" "this" {
  name        = var.name
  description = "Subnets of ${var.name}"
  subnet_ids  = var.subnet_ids
}

resource "aws_elasticache_parameter_group" "this" {
  for_each = local.own ? { this = "${local.engine}${split(".", var.engine_version)[0]}" } : {}

  # A family never changes: the next major version gets a group of its own before this one goes.
  name        = "${var.name}-${each.value}"
  family      = each.value
  description = "Parameters of ${var.name}"

  parameter {
    name  = "cluster-enabled"
    value = "yes"
  }

  # A store that is full says so and throws nothing away.
  parameter {
    name  = "maxmemory-policy"
    value = "noeviction"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "this" {
  name        = "${var.name}-redis"
  description = "Who may reach ${var.name}"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "client" {
  for_each = var.client_cidrs

  security_group_id = aws_security_group.this.id
  description       = each.key
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 6379
  to_port           = 6379
}

resource "aws_elasticache_replication_group" "this" {
  #checkov:skip=CKV_AWS_29:a follower takes encryption from the writer and may not name it
  #checkov:skip=CKV_AWS_30:a follower takes encryption from the writer and may not name it
  #checkov:skip=CKV_AWS_31:services sign in by role, as users of a group; the token of old would lie in the state
  replication_group_id        = var.name
  description                 = "Redis of ${var.name}"
  global_replication_group_id = var.global_group_id

  engine                     = local.own ? local.engine : null
  engine_version             = local.own ? var.engine_version : null
  node_type                  = local.own ? var.node_type : null
  num_node_groups            = local.own ? var.shards : null
  parameter_group_name       = local.own ? aws_elasticache_parameter_group.this["this"].name : null
  at_rest_encryption_enabled = local.own ? true : null
  transit_encryption_enabled = local.own ? true : null
  snapshot_retention_limit   = local.own ? var.backup_days : null
  snapshot_window            = local.own ? "03:00-04:00" : null
  final_snapshot_identifier  = local.own ? "${var.name}-final" : null

  replicas_per_node_group    = var.replicas
  automatic_failover_enabled = true
  multi_az_enabled           = true
  kms_key_id                 = var.kms_key_arn
  subnet_group_name          = aws_elasticache_subnet_group.this.name
  security_group_ids         = [aws_security_group.this.id]
  user_group_ids             = [var.user_group_id]

  dynamic "timeouts" {
    for_each = var.timeouts == null ? [] : [var.timeouts]

    content {
      create = timeouts.value.create
      update = timeouts.value.update
      delete = timeouts.value.delete
    }
  }

  lifecycle {
    prevent_destroy = true

    # A global group changes these on all its parts.
    ignore_changes = [engine, engine_version, global_replication_group_id, node_type, num_node_groups, parameter_group_name]
  }
}
