# CloudWatch Logs of moto keeps no queries: PutQueryDefinition.

resource "aws_cloudwatch_query_definition" "conflicts" {
  for_each = {}
}

# RDS of moto does not tell where a parameter comes from, without which the provider takes it for the server's own, and keeps nothing of Performance Insights.

resource "aws_db_parameter_group" "this" {
  lifecycle {
    ignore_changes = [parameter]
  }
}

resource "aws_db_instance" "this" {
  lifecycle {
    ignore_changes = [
      replicate_source_db,
      performance_insights_enabled,
      performance_insights_kms_key_id,
      performance_insights_retention_period,
    ]
  }
}

resource "aws_db_parameter_group" "restored" {
  lifecycle {
    ignore_changes = [parameter]
  }
}
