# Roles that pods act as: each trusts named service accounts of one cluster through its OIDC provider, and may do what is written and no more.

locals {
  attachments = merge([
    for key, role in var.roles : { for arn in role.managed_policy_arns : "${key}/${arn}" => { role = key, arn = arn } }
  ]...)

  policies = {
    for key, role in var.roles : key => {
      Version = "2012-10-17"
      Statement = [
        for statement in role.statements : merge(
          { Effect = "Allow", Action = statement.actions, Resource = statement.resources },
          length(statement.conditions) == 0 ? {} : {
            Condition = {
              for test in distinct(statement.conditions[*].test) : test => {
                for condition in statement.conditions : condition.variable => condition.values if condition.test == test
              }
            }
          },
        )
      ]
    } if length(role.statements) > 0
  }
}

resource "aws_iam_role" "this" {
  for_each = var.roles

  name                 = each.value.name
  description          = each.value.description
  max_session_duration = 3600
  permissions_boundary = var.permissions_boundary_arn

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = var.oidc_provider_arn }
      Condition = {
        StringEquals = {
          "${var.oidc_issuer}:aud" = "sts.amazonaws.com"
          "${var.oidc_issuer}:sub" = sort([for account in each.value.service_accounts : "system:serviceaccount:${account.namespace}:${account.name}"])
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  for_each = local.policies

  name   = "access"
  role   = aws_iam_role.this[each.key].id
  policy = jsonencode(each.value)
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = local.attachments

  role       = aws_iam_role.this[each.value.role].name
  policy_arn = each.value.arn
}
