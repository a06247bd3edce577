# An Aurora global database: the frame that clusters of several regions join. One of them writes.

resource "aws_rds_global_cluster" "this" {
  global_cluster_identifier = var.name
  engine                    = "aurora-postgresql"
  engine_version            = var.engine_version
  storage_encrypted         = true
  deletion_protection       = var.guarded

  lifecycle {
    prevent_destroy = true
  }
}
