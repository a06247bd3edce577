mock_provider "aws" {
  override_data {
    target = data.aws_eks_cluster.this
    values = {
      name       = "platform-use1"
      vpc_config = [{ vpc_id = "vpc-0a", endpoint_private_access = true }]
      identity   = [{ oidc = [{ issuer = "https://oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF" }] }]
    }
  }
}

variables {
  name   = "platform-use1"
  vpc_id = "vpc-0a"
}

run "passes_on_its_issuer" {
  command = plan

  assert {
    condition     = output.oidc_issuer == "oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF"
    error_message = "Trust policies name the issuer without its scheme."
  }
}

run "refuses_a_cluster_elsewhere" {
  command = plan

  variables {
    vpc_id = "vpc-0b"
  }

  expect_failures = [data.aws_eks_cluster.this]
}
