# Key policies: the account through IAM, and the few services and roles that act by themselves. Makes no resource.

locals {
  use  = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
  logs = "logs.${var.region}.amazonaws.com"

  # In a key policy `*` is this key, and the account's root stands for IAM.
  account = {
    Sid       = "Account"
    Effect    = "Allow"
    Action    = "kms:*"
    Resource  = "*"
    Principal = { AWS = "arn:aws:iam::${var.account_id}:root" }
  }

  # CloudWatch Logs says which group it encrypts for.
  by_logs = {
    for name, key in var.keys : name => [
      for service in key.services : {
        Sid       = "Logs"
        Effect    = "Allow"
        Action    = local.use
        Resource  = "*"
        Principal = { Service = service }
        Condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:${var.region}:${var.account_id}:log-group:*" } }
      } if service == local.logs
    ]
  }

  # Of the others, not every one says for whom it acts.
  by_services = {
    for name, key in var.keys : name => [
      for service in key.services : {
        Sid       = "Service${title(split(".", service)[0])}"
        Effect    = "Allow"
        Action    = local.use
        Resource  = "*"
        Principal = { Service = service }
        Condition = { StringEqualsIfExists = { "aws:SourceAccount" = var.account_id } }
      } if service != local.logs
    ]
  }

  by_roles = {
    for name, key in var.keys : name => [
      for role in key.roles : {
        Sid       = "Use${substr(sha256(role), 0, 6)}"
        Effect    = "Allow"
        Action    = local.use
        Resource  = "*"
        Principal = { AWS = role }
      }
    ]
  }

  grants = {
    for name, key in var.keys : name => [
      for role in key.roles : {
        Sid       = "Grant${substr(sha256(role), 0, 6)}"
        Effect    = "Allow"
        Action    = "kms:CreateGrant"
        Resource  = "*"
        Principal = { AWS = role }
        Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
      }
    ]
  }

  policies = {
    for name, key in var.keys : name => jsonencode({
      Version   = "2012-10-17"
      Statement = concat([local.account], local.by_logs[name], local.by_services[name], local.by_roles[name], local.grants[name])
    })
  }
}
