# Copies of the backups of RDS instances in another region, from which any moment can be restored there.

resource "aws_db_instance_automated_backups_replication" "this" {
  for_each = var.instances

  source_db_instance_arn = each.value
  retention_period       = var.keep_days
  kms_key_id             = var.kms_key_arn

  lifecycle {
    prevent_destroy = true
  }
}
