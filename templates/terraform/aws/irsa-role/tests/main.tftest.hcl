mock_provider "aws" {}

variables {
  oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF"
  oidc_issuer       = "oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF"
  roles = {
    web = {
      name             = "shop-web-use1"
      description      = "web in us-east-1"
      service_accounts = [{ namespace = "shop", name = "web" }]
      statements = [{
        actions    = ["s3:GetObject"]
        resources  = ["arn:aws:s3:::shop-images/*"]
        conditions = [{ test = "StringEquals", variable = "aws:ResourceAccount", values = ["123456789012"] }]
      }]
    }
    idle = {
      name             = "shop-idle-use1"
      description      = "idle in us-east-1"
      service_accounts = [{ namespace = "shop", name = "idle" }]
    }
  }
}

run "trusts_one_account_of_one_cluster" {
  command = plan

  assert {
    condition     = jsondecode(aws_iam_role.this["web"].assume_role_policy).Statement[0].Condition.StringEquals["${var.oidc_issuer}:sub"] == ["system:serviceaccount:shop:web"]
    error_message = "Only the named service account may act as the role."
  }

  assert {
    condition     = jsondecode(aws_iam_role.this["web"].assume_role_policy).Statement[0].Condition.StringEquals["${var.oidc_issuer}:aud"] == "sts.amazonaws.com"
    error_message = "Only tokens for the security token service count."
  }
}

run "may_do_what_is_written" {
  command = plan

  assert {
    condition     = jsondecode(aws_iam_role_policy.this["web"].policy).Statement[0].Condition.StringEquals["aws:ResourceAccount"] == ["123456789012"]
    error_message = "Conditions must reach the policy."
  }

  assert {
    condition     = length(aws_iam_role_policy.this) == 1
    error_message = "A role without statements has no policy."
  }
}

run "refuses_a_pattern_of_accounts" {
  command = plan

  variables {
    roles = {
      all = { name = "all", description = "all", service_accounts = [{ namespace = "shop", name = "*" }] }
    }
  }

  expect_failures = [var.roles]
}

run "refuses_a_role_that_may_do_everything" {
  command = plan

  variables {
    roles = {
      root = {
        name             = "root"
        description      = "root"
        service_accounts = [{ namespace = "shop", name = "root" }]
        statements       = [{ actions = ["*"], resources = ["*"] }]
      }
    }
  }

  expect_failures = [var.roles]
}
