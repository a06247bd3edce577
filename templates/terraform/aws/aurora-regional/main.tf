# The cluster of an Aurora global database in one region. Which one writes is changed by a command and not by a plan.

resource "aws_rds_cluster_parameter_group" "this" {
  # A family never changes: the next major version gets a group of its own before this one goes.
  name        = "${var.name}-${split(".", var.engine_version)[0]}"
  family      = "aurora-postgresql${split(".", var.engine_version)[0]}"
  description = "Parameters of ${var.name}"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  parameter {
    name  = "log_statement"
    value = "ddl"
  }

  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }

  # Commits wait when no other region is within this many seconds: a bound on what is lost, at the price of writes.
  dynamic "parameter" {
    for_each = var.stop_writes_seconds == null ? [] : [var.stop_writes_seconds]

    content {
      name  = "rds.global_db_rpo"
      value = tostring(parameter.value)
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_subnet_group" "this" {
  name        = var.name
  description = "Subnets of ${var.name}"
  subnet_ids  = var.subnet_ids
}

resource "aws_security_group" "this" {
  name        = "${var.name}-postgres"
  description = "Who may reach ${var.name}"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "client" {
  for_each = var.client_cidrs

  security_group_id = aws_security_group.this.id
  description       = each.key
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
}

resource "aws_iam_role" "monitoring" {
  name        = "${var.name}-monitoring"
  description = "RDS publishes operating system metrics of ${var.name}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "monitoring.rds.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  role       = aws_iam_role.monitoring.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}

resource "aws_rds_cluster" "this" {
  #checkov:skip=CKV2_AWS_8:the cluster keeps every moment itself, and the other regions hold copies
  cluster_identifier        = var.name
  global_cluster_identifier = var.global_cluster_id
  engine                    = "aurora-postgresql"
  engine_version            = var.engine_version

  # Only the cluster that writes first has users of its own, and Secrets Manager cannot hold the password of a global database.
  database_name              = var.writer ? "app" : null
  master_username            = var.writer ? "app_admin" : null
  master_password_wo         = var.writer ? var.master_password : null
  master_password_wo_version = var.writer ? 1 : null

  storage_encrypted               = true
  kms_key_id                      = var.kms_key_arn
  db_subnet_group_name            = aws_db_subnet_group.this.name
  vpc_security_group_ids          = [aws_security_group.this.id]
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.this.name

  enable_global_write_forwarding      = !var.writer
  iam_database_authentication_enabled = true
  backup_retention_period             = var.backup_days
  preferred_backup_window             = "03:00-04:00"
  copy_tags_to_snapshot               = true
  enabled_cloudwatch_logs_exports     = ["postgresql"]
  deletion_protection                 = var.guarded
  skip_final_snapshot                 = false
  final_snapshot_identifier           = "${var.name}-final"

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

    # A failover swaps the roles, versions are raised on the global database, and what only the first writer was
    # made with must neither replace a cluster nor reset a password once another one writes.
    ignore_changes = [
      database_name,
      engine_version,
      global_cluster_identifier,
      master_password_wo_version,
      master_username,
      replication_source_identifier,
    ]
  }
}

resource "aws_rds_cluster_instance" "this" {
  for_each = toset([for n in range(var.instances) : tostring(n)])

  identifier                            = "${var.name}-${each.key}"
  cluster_identifier                    = aws_rds_cluster.this.id
  engine                                = aws_rds_cluster.this.engine
  instance_class                        = var.instance_class
  auto_minor_version_upgrade            = true
  monitoring_interval                   = 30
  monitoring_role_arn                   = aws_iam_role.monitoring.arn
  performance_insights_enabled          = true
  performance_insights_kms_key_id       = var.kms_key_arn
  performance_insights_retention_period = 7
  copy_tags_to_snapshot                 = true

  dynamic "timeouts" {
    for_each = var.timeouts == null ? [] : [var.timeouts]

    content {
      create = timeouts.value.create
      update = timeouts.value.update
      delete = timeouts.value.delete
    }
  }
}
