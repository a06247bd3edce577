# One PostgreSQL instance of a region on RDS, with a standby in another zone, history of its own, and logical replication for other regions.
# Replication between regions is logical and is set up in SQL, not here: the parameter group only makes it possible. An instance that others copy physically is named by `replica_of`.

locals {
  major = split(".", var.engine_version)[0]

  # Each replicated database needs a manager and an apply worker, and the server a supervisor.
  workers = var.logical == null ? 0 : 2 * var.logical.databases + 1

  logical = var.logical == null ? {} : {
    "rds.logical_replication" = { value = "1", method = "pending-reboot" }
    # Which of two writes came later is known only with it.
    "track_commit_timestamp"        = { value = "1", method = "pending-reboot" }
    "max_replication_slots"         = { value = tostring(2 * var.logical.databases + 10), method = "pending-reboot" }
    "max_wal_senders"               = { value = tostring(2 * var.logical.databases + 10), method = "pending-reboot" }
    "max_worker_processes"          = { value = tostring(local.workers + 16), method = "pending-reboot" }
    "pglogical.conflict_resolution" = { value = var.logical.conflict_resolution, method = "immediate" }
    # Errors of pglogical have the connection string, and so a password, in their details.
    "log_error_verbosity" = { value = "terse", method = "immediate" }
    # A lost region must not fill the disk of the one that is left: beyond this its slot is given up and it is copied anew.
    "max_slot_wal_keep_size" = { value = tostring(var.logical.keep_wal_mb), method = "immediate" }
  }
}

resource "aws_db_parameter_group" "this" {
  # A family never changes: the next major version gets a group of its own beside this one, and this one stays in the
  # account, because the instance may use it until its maintenance window.
  name         = "${var.name}-${local.major}"
  family       = "postgres${local.major}"
  description  = "Parameters of ${var.name}"
  skip_destroy = true

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

  parameter {
    name         = "shared_preload_libraries"
    value        = var.logical == null ? "pg_stat_statements" : "pg_stat_statements,pglogical"
    apply_method = "pending-reboot"
  }

  dynamic "parameter" {
    for_each = local.logical

    content {
      name         = parameter.key
      value        = parameter.value.value
      apply_method = parameter.value.method
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

# A copy that is restored beside the original has the original's slots and subscriptions. Without pglogical it cannot use them.
# With logical replication off PostgreSQL would refuse to start, because of the slots.
resource "aws_db_parameter_group" "restored" {
  count = var.logical == null ? 0 : 1

  name         = "${var.name}-restored-${local.major}"
  family       = "postgres${local.major}"
  description  = "Parameters of copies of ${var.name} that are restored beside it"
  skip_destroy = true

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  parameter {
    name         = "shared_preload_libraries"
    value        = "pg_stat_statements"
    apply_method = "pending-reboot"
  }

  dynamic "parameter" {
    for_each = { for key, parameter in local.logical : key => parameter if !startswith(key, "pglogical.") }

    content {
      name         = parameter.key
      value        = parameter.value.value
      apply_method = parameter.value.method
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

# Subscriptions connect outwards, to the instances of other regions.
resource "aws_vpc_security_group_egress_rule" "peer" {
  for_each = var.logical == null ? {} : var.peer_cidrs

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

# RDS makes these itself at its first line, without a key and for ever.
resource "aws_cloudwatch_log_group" "this" {
  for_each = toset(["postgresql", "upgrade"])

  name              = "/aws/rds/instance/${var.name}/${each.key}"
  retention_in_days = 365
  kms_key_id        = var.logs_kms_key_arn
  skip_destroy      = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_db_instance" "this" {
  identifier                  = var.name
  engine                      = "postgres"
  engine_version              = var.replica_of == null ? var.engine_version : null
  allow_major_version_upgrade = true
  instance_class              = var.instance_class

  replicate_source_db         = var.replica_of
  username                    = var.replica_of == null ? var.username : null
  manage_master_user_password = var.replica_of == null ? true : null
  # The password is made and rotated by Secrets Manager and never seen by Terraform.
  master_user_secret_kms_key_id = var.replica_of == null ? var.kms_key_arn : null

  storage_type          = "gp3"
  allocated_storage     = var.replica_of == null ? var.storage_gb : null
  max_allocated_storage = var.storage_gb * 4
  storage_encrypted     = true
  kms_key_id            = var.kms_key_arn

  multi_az                            = true
  db_subnet_group_name                = aws_db_subnet_group.this.name
  vpc_security_group_ids              = [aws_security_group.this.id]
  parameter_group_name                = aws_db_parameter_group.this.name
  publicly_accessible                 = false
  iam_database_authentication_enabled = true
  ca_cert_identifier                  = "rds-ca-rsa2048-g1"

  # Any moment of these days can be brought back, into a new instance.
  backup_retention_period  = var.backup_days
  backup_window            = var.backup_window
  maintenance_window       = var.maintenance_window
  copy_tags_to_snapshot    = true
  delete_automated_backups = false

  auto_minor_version_upgrade            = true
  enabled_cloudwatch_logs_exports       = ["postgresql", "upgrade"]
  monitoring_interval                   = 30
  monitoring_role_arn                   = aws_iam_role.monitoring.arn
  performance_insights_enabled          = true
  performance_insights_kms_key_id       = var.kms_key_arn
  performance_insights_retention_period = 7

  deletion_protection       = var.guarded
  skip_final_snapshot       = false
  final_snapshot_identifier = "${var.name}-final"

  dynamic "timeouts" {
    for_each = var.timeouts == null ? [] : [var.timeouts]

    content {
      create = timeouts.value.create
      update = timeouts.value.update
      delete = timeouts.value.delete
    }
  }

  depends_on = [aws_cloudwatch_log_group.this]

  lifecycle {
    prevent_destroy = true

    # A promotion ends the replication; a plan must not take it back.
    ignore_changes = [replicate_source_db]
  }
}

# pglogical writes each conflict that it resolves into the server's log, and nowhere else.
resource "aws_cloudwatch_log_metric_filter" "conflicts" {
  for_each = var.conflicts == null ? {} : { this = var.conflicts }

  name           = "${var.name}-conflicts"
  log_group_name = aws_cloudwatch_log_group.this["postgresql"].name
  pattern        = "\"CONFLICT: remote\""

  metric_transformation {
    namespace     = each.value.namespace
    name          = each.value.metric
    value         = "1"
    default_value = "0"
    unit          = "Count"
  }
}

resource "aws_cloudwatch_query_definition" "conflicts" {
  for_each = var.conflicts == null ? {} : { this = var.conflicts }

  name            = "${var.name}/${each.value.table}"
  log_group_names = [aws_cloudwatch_log_group.this["postgresql"].name]

  query_string = <<-QUERY
    fields @timestamp
    | filter @message like /CONFLICT: remote/
    | parse @message /CONFLICT: remote (?<change>\w+) on relation (?<relation>\S+)/
    | parse @message /Resolution: (?<resolution>\w+)/
    | sort @timestamp desc
    | limit 1000
  QUERY
}
