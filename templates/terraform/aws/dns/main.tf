# A public zone, signed, with a log of its queries. It belongs into us-east-1, where Route 53 looks for the key and the log.

resource "aws_route53_zone" "this" {
  name    = var.domain
  comment = "Hosts of ${var.name}"

  lifecycle {
    prevent_destroy = true
  }
}

# Zones are signed with keys of this kind only; they cannot rotate by themselves.
resource "aws_kms_key" "signing" {
  #checkov:skip=CKV_AWS_7:asymmetric keys cannot rotate
  description              = "Signs the zone ${var.domain}"
  customer_master_key_spec = "ECC_NIST_P256"
  key_usage                = "SIGN_VERIFY"
  deletion_window_in_days  = 30
  policy                   = local.key_policy

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "signing" {
  name          = "alias/${var.name}-dnssec"
  target_key_id = aws_kms_key.signing.key_id
}

resource "aws_route53_key_signing_key" "this" {
  name                       = replace(var.name, "-", "_")
  hosted_zone_id             = aws_route53_zone.this.zone_id
  key_management_service_arn = aws_kms_key.signing.arn
}

resource "aws_route53_hosted_zone_dnssec" "this" {
  hosted_zone_id = aws_route53_key_signing_key.this.hosted_zone_id
}

# Its own, so that the zone needs nothing of a region that the system happens to use.
resource "aws_kms_key" "log" {
  description             = "Encrypts the log of queries for ${var.domain}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = local.log_key_policy

  lifecycle {
    prevent_destroy = true
  }
}

locals {
  log_group = "/aws/route53/${var.domain}"

  key_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Administration"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${var.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "Sign"
        Effect    = "Allow"
        Principal = { Service = "dnssec-route53.amazonaws.com" }
        Action    = ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
      },
      {
        Sid       = "Grants"
        Effect    = "Allow"
        Principal = { Service = "dnssec-route53.amazonaws.com" }
        Action    = "kms:CreateGrant"
        Resource  = "*"
        Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
      },
    ]
  })

  log_key_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Administration"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${var.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "Log"
        Effect    = "Allow"
        Principal = { Service = "logs.us-east-1.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
        Resource  = "*"
        Condition = { ArnEquals = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:us-east-1:${var.account_id}:log-group:${local.log_group}" } }
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "queries" {
  name              = local.log_group
  retention_in_days = 365
  kms_key_id        = aws_kms_key.log.arn
  skip_destroy      = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_cloudwatch_log_resource_policy" "queries" {
  policy_name = "${var.name}-route53"

  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "route53.amazonaws.com" }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = "arn:aws:logs:us-east-1:${var.account_id}:log-group:/aws/route53/*:*"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_route53_query_log" "this" {
  zone_id                  = aws_route53_zone.this.zone_id
  cloudwatch_log_group_arn = aws_cloudwatch_log_group.queries.arn

  depends_on = [aws_cloudwatch_log_resource_policy.queries]
}
