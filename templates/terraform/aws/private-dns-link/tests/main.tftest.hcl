mock_provider "aws" {}

variables {
  zone_id  = "Z0123456789"
  networks = { us-west-2 = "vpc-2" }
}

run "lets_a_network_in" {
  command = plan

  assert {
    condition     = aws_route53_zone_association.this["us-west-2"].vpc_id == "vpc-2" && aws_route53_zone_association.this["us-west-2"].vpc_region == "us-west-2"
    error_message = "The network is named with its region."
  }
}

run "names_a_store_that_spans_regions" {
  command = plan

  variables {
    domain = "us-east-1.shop.internal"
    names  = { orders = "shop-orders.global-abc.global.rds.amazonaws.com" }
  }

  assert {
    condition     = aws_route53_record.this["orders"].name == "orders.us-east-1.shop.internal" && aws_route53_record.this["orders"].records == toset(["shop-orders.global-abc.global.rds.amazonaws.com"])
    error_message = "The name must lead to the store."
  }
}

run "refuses_names_without_a_domain" {
  command = plan

  variables {
    names = { orders = "shop-orders.global-abc.global.rds.amazonaws.com" }
  }

  expect_failures = [var.domain]
}
