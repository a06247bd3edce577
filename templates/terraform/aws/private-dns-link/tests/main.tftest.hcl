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

run "refuses_nobody" {
  command = plan

  variables {
    networks = {}
  }

  expect_failures = [var.networks]
}
