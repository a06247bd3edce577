# moto keeps that events go to EventBridge, and does not tell.

resource "aws_s3_bucket_notification" "this" {
  lifecycle {
    ignore_changes = [eventbridge]
  }
}
