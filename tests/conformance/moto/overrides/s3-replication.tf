# moto keeps the criteria, and does not tell.

resource "aws_s3_bucket_replication_configuration" "this" {
  lifecycle {
    ignore_changes = [rule[0].source_selection_criteria]
  }
}
