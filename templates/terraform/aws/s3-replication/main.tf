# Copies of a bucket's objects in buckets of other regions, each under a key of its region, with metrics of how far they are behind. Only objects written later are copied; all buckets must keep versions. A bucket has one such configuration: two ways are this module twice, once for each origin.

locals {
  # The order of regions' names decides the priority, which S3 wants to differ.
  regions = sort(keys(var.targets))
}

resource "aws_s3_bucket_replication_configuration" "this" {
  bucket = var.origin.bucket
  role   = aws_iam_role.this.arn

  dynamic "rule" {
    for_each = local.regions

    content {
      id       = "to-${rule.value}"
      status   = "Enabled"
      priority = rule.key + 1

      filter {}

      delete_marker_replication {
        status = var.replicate_deletes ? "Enabled" : "Disabled"
      }

      source_selection_criteria {
        sse_kms_encrypted_objects {
          status = "Enabled"
        }

        # Else changes of metadata on one side of a two-way copy stay there.
        replica_modifications {
          status = var.two_way ? "Enabled" : "Disabled"
        }
      }

      destination {
        bucket        = "arn:aws:s3:::${var.targets[rule.value].bucket}"
        storage_class = "STANDARD"

        encryption_configuration {
          replica_kms_key_id = var.targets[rule.value].kms_key_arn
        }

        replication_time {
          status = "Enabled"

          time {
            minutes = 15
          }
        }

        metrics {
          status = "Enabled"

          event_threshold {
            minutes = 15
          }
        }
      }
    }
  }

  depends_on = [aws_iam_role_policy.this]
}

# Nobody else's bucket can use it: whoever configures replication must be allowed to pass the role. S3 documents no
# condition keys for this trust, and one that it does not send would stop all copies.
resource "aws_iam_role" "this" {
  name        = var.role_name
  description = "Copies ${var.origin.bucket} to ${join(", ", local.regions)}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "s3.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "copy"
  role = aws_iam_role.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Effect   = "Allow"
        Action   = ["s3:GetReplicationConfiguration", "s3:ListBucket"]
        Resource = "arn:aws:s3:::${var.origin.bucket}"
      },
      {
        Effect = "Allow"
        # Objects with a retention or a legal hold are not copied, silently, without the rights to read these.
        Action   = ["s3:GetObjectLegalHold", "s3:GetObjectRetention", "s3:GetObjectVersionAcl", "s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging"]
        Resource = "arn:aws:s3:::${var.origin.bucket}/*"
      },
      {
        Effect   = "Allow"
        Action   = ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"]
        Resource = [for region in local.regions : "arn:aws:s3:::${var.targets[region].bucket}/*"]
      },
      {
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = var.origin.kms_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.origin.region}.amazonaws.com" } }
      },
      ], [
      for region in local.regions : {
        Effect    = "Allow"
        Action    = ["kms:Encrypt", "kms:GenerateDataKey"]
        Resource  = var.targets[region].kms_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${region}.amazonaws.com" } }
      }
    ])
  })
}
