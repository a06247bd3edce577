mock_provider "aws" {}

variables {
  account_id         = "123456789012"
  region             = "us-east-1"
  cluster_name       = "shop-us-east-1"
  vpc_id             = "vpc-0123456789abcdef0"
  oidc_provider_arn  = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF"
  oidc_issuer        = "oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF"
  role_names         = { load_balancers = "shop-lbc-use1", nodes = "shop-autoscaler-use1", secrets = "shop-eso-use1" }
  secret_prefix      = "shop"
  secret_key_aliases = ["alias/shop-shared-secrets"]
}

run "keeps_to_its_own" {
  command = plan

  assert {
    condition     = alltrue([for s in local.roles.load-balancers.statements : s.resources != ["*"] || contains(keys(s), "conditions") || s.actions == local.describe])
    error_message = "What the controller changes is bound to a region's resources or by its mark."
  }

  assert {
    condition     = local.roles.nodes.statements[2].conditions[1].values == ["owned"] && strcontains(local.roles.nodes.statements[2].conditions[1].variable, var.cluster_name)
    error_message = "The autoscaler changes groups of this cluster alone."
  }

  assert {
    condition     = local.roles.secrets.statements[0].resources == ["arn:aws:secretsmanager:us-east-1:123456789012:secret:shop-*"]
    error_message = "The operator reads secrets of this system alone."
  }

  # IAM counts the characters of a role's inline policies without spaces.
  assert {
    condition     = alltrue([for role in local.roles : length(jsonencode(role.statements)) < 10240])
    error_message = "A role's own policies may have 10,240 characters."
  }
}

run "refuses_a_pattern_of_secrets" {
  command = plan

  variables {
    secret_prefix = "*"
  }

  expect_failures = [var.secret_prefix]
}
