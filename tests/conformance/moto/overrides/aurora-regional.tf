# RDS of moto says of every cluster that it scales by itself, and keeps nothing of Performance Insights.

resource "aws_rds_cluster" "this" {
  lifecycle {
    ignore_changes = [scaling_configuration]
  }
}

resource "aws_rds_cluster_instance" "this" {
  lifecycle {
    ignore_changes = [
      performance_insights_enabled,
      performance_insights_kms_key_id,
      performance_insights_retention_period,
    ]
  }
}
