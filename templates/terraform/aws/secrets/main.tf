# Secrets without their values: one in its own region with copies in others, each under a key of its region. Copies are read-only until somebody promotes one.

resource "aws_secretsmanager_secret" "this" {
  #checkov:skip=CKV2_AWS_57:No function can make a new value of a partner's key; the day it is due is announced below.
  for_each = var.secrets

  name                    = "${var.name}-${each.key}"
  description             = "${each.key} of ${var.name}"
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.recovery_days

  dynamic "replica" {
    for_each = each.value.replicas

    content {
      region     = replica.value
      kms_key_id = var.replica_kms_key_arns[replica.value]
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

# No principal outside the account reads a secret, whatever else is granted.
resource "aws_secretsmanager_secret_policy" "this" {
  for_each = var.secrets

  secret_arn          = aws_secretsmanager_secret.this[each.key].arn
  block_public_policy = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OwnAccountOnly"
      Effect    = "Deny"
      Action    = "secretsmanager:*"
      Resource  = "*"
      Principal = "*"
      Condition = {
        StringNotEquals = { "aws:PrincipalAccount" = var.account_id }
        # A service of AWS that acts for the account has none.
        Bool = { "aws:PrincipalIsAWSService" = "false" }
      }
    }]
  })
}

# Nobody but the owner can make a new value; a message says when it is due.
resource "aws_cloudwatch_event_rule" "rotation" {
  for_each = { for name, secret in var.secrets : name => secret.rotation_days if secret.rotation_days != null }

  name                = "${var.name}-${each.key}-rotation"
  description         = "${var.name}-${each.key} is due for a new value"
  schedule_expression = each.value == 1 ? "rate(1 day)" : "rate(${each.value} days)"
}

resource "aws_cloudwatch_event_target" "rotation" {
  for_each = aws_cloudwatch_event_rule.rotation

  rule = each.value.name
  arn  = var.rotation_topic_arn

  input = jsonencode({
    message = "The secret ${var.name}-${each.key} is due for a new value: put it in with 'aws secretsmanager put-secret-value'."
    secret  = "${var.name}-${each.key}"
  })
}
