# A Redis of one region on ElastiCache, encrypted and on two zones, alone.

locals {
  # Redis ends at 7.1 on ElastiCache; later versions are Valkey's.
  engine = tonumber(join(".", slice(split(".", "${var.engine_version}.0"), 0, 2))) > 7.1 ? "valkey" : "redis"
  family = "${local.engine}${split(".", var.engine_version)[0]}"
}

resource "aws_elasticache_subnet_group" "this" {
  name        = var.name
  description = "Subnets of ${var.name}"
  subnet_ids  = var.subnet_ids
}

resource "aws_elasticache_parameter_group" "this" {
  # A family never changes: the next major version gets a group of its own before this one goes.
  name        = "${var.name}-${local.family}"
  family      = local.family
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
  #checkov:skip=CKV_AWS_31:services sign in by role, as users of a group; the token of old would lie in the state
  replication_group_id = var.name
  description          = "Redis of ${var.name}"

  engine                     = local.engine
  engine_version             = var.engine_version
  parameter_group_name       = aws_elasticache_parameter_group.this.name
  node_type                  = var.node_type
  num_node_groups            = var.shards
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  snapshot_retention_limit   = var.backup_days
  snapshot_window            = "03:00-04:00"
  final_snapshot_identifier  = "${var.name}-final"

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
  }
}
