mock_provider "aws" {
  alias = "requester"
}

mock_provider "aws" {
  alias = "accepter"
}

variables {
  name = "shop-us-east-1-us-west-2"
  requester = {
    region          = "us-east-1"
    vpc_id          = "vpc-0aaaaaaaaaaaaaaaa"
    cidr            = "10.0.0.0/16"
    route_table_ids = { data = "rtb-0a", private-us-east-1a = "rtb-0b" }
  }
  accepter = {
    region          = "us-west-2"
    vpc_id          = "vpc-0bbbbbbbbbbbbbbbb"
    cidr            = "10.4.0.0/16"
    route_table_ids = { data = "rtb-1a", private-us-west-2a = "rtb-1b" }
  }
}

run "routes_both_ways" {
  command = plan

  providers = {
    aws.requester = aws.requester
    aws.accepter  = aws.accepter
  }

  assert {
    condition     = aws_route.requester["data"].destination_cidr_block == "10.4.0.0/16" && aws_route.accepter["data"].destination_cidr_block == "10.0.0.0/16"
    error_message = "Each side needs a route to the other."
  }

  assert {
    condition     = length(aws_route.requester) == 2 && length(aws_route.accepter) == 2
    error_message = "Every table gets a route."
  }

  assert {
    condition     = aws_vpc_peering_connection.this.peer_region == "us-west-2" && aws_vpc_peering_connection_accepter.this.auto_accept
    error_message = "The other region accepts."
  }
}

run "refuses_overlapping_networks" {
  command = plan

  providers = {
    aws.requester = aws.requester
    aws.accepter  = aws.accepter
  }

  variables {
    accepter = {
      region          = "us-west-2"
      vpc_id          = "vpc-0bbbbbbbbbbbbbbbb"
      cidr            = "10.0.0.0/16"
      route_table_ids = {}
    }
  }

  expect_failures = [var.accepter]
}
