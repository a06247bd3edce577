mock_provider "aws" {}

variables {
  name       = "shop-example-com"
  account_id = "123456789012"
  domain     = "shop.example.com"
}

run "signs_the_zone" {
  command = plan

  assert {
    condition     = aws_kms_key.signing.customer_master_key_spec == "ECC_NIST_P256" && aws_kms_key.signing.key_usage == "SIGN_VERIFY"
    error_message = "Route 53 signs with no other kind of key."
  }

  assert {
    condition     = aws_cloudwatch_log_group.queries.name == "/aws/route53/shop.example.com"
    error_message = "Queries are kept where Route 53 may write them."
  }
}

run "refuses_a_final_dot" {
  command = plan

  variables {
    domain = "shop.example.com."
  }

  expect_failures = [var.domain]
}
