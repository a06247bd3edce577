# An encrypted topic that people and systems are told through: only services of this account publish, only over TLS.

resource "aws_sns_topic" "this" {
  name              = var.name
  display_name      = var.name
  kms_master_key_id = var.kms_key_arn
}

resource "aws_sns_topic_policy" "this" {
  arn = aws_sns_topic.this.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid       = "Account"
          Effect    = "Allow"
          Action    = ["sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:Publish", "sns:Subscribe"]
          Resource  = "arn:aws:sns:${var.region}:${var.account_id}:${var.name}"
          Principal = { AWS = "arn:aws:iam::${var.account_id}:root" }
        },
        {
          Sid       = "TlsOnly"
          Effect    = "Deny"
          Action    = "sns:Publish"
          Resource  = "arn:aws:sns:${var.region}:${var.account_id}:${var.name}"
          Principal = "*"
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
      ],
      [for service in sort(var.publishers) : merge(
        {
          Sid       = "Publish${replace(title(split(".", service)[0]), "-", "")}"
          Effect    = "Allow"
          Action    = "sns:Publish"
          Resource  = "arn:aws:sns:${var.region}:${var.account_id}:${var.name}"
          Principal = { Service = service }
        },
        contains(local.silent, service) ? {} : { Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } } },
      )],
    )
  })
}

locals {
  # These do not say for whom they publish.
  silent = ["events.amazonaws.com"]
}

resource "aws_sns_topic_subscription" "email" {
  for_each = var.emails

  topic_arn = aws_sns_topic.this.arn
  protocol  = "email"
  endpoint  = each.value
}

resource "aws_sns_topic_subscription" "https" {
  for_each = var.webhooks

  topic_arn              = aws_sns_topic.this.arn
  protocol               = "https"
  endpoint               = each.value
  endpoint_auto_confirms = true
}
