mock_provider "aws" {}

variables {
  domain = "us-east-1.shop.internal"
  vpc_id = "vpc-1"
  names  = { main = "shop-main.abc.us-east-1.rds.amazonaws.com" }
}

run "names_a_store" {
  command = plan

  assert {
    condition     = aws_route53_record.this["main"].name == "main.us-east-1.shop.internal" && aws_route53_record.this["main"].records == toset(["shop-main.abc.us-east-1.rds.amazonaws.com"])
    error_message = "The name must lead to the store."
  }
}

run "refuses_a_final_dot" {
  command = plan

  variables {
    domain = "us-east-1.shop.internal."
  }

  expect_failures = [var.domain]
}
