mock_provider "aws" {}

variables {
  account_id         = "123456789012"
  region             = "us-east-1"
  name               = "shop-us-east-1"
  flow_log_role_name = "shop-use1-flows"
  cidr               = "10.0.0.0/16"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  private_cidrs      = ["10.0.0.0/18", "10.0.64.0/18", "10.0.128.0/18"]
  public_cidrs       = ["10.0.192.0/22", "10.0.196.0/22", "10.0.200.0/22"]
  data_cidrs         = ["10.0.208.0/22", "10.0.212.0/22", "10.0.216.0/22"]
  logs_kms_key_arn   = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
}

run "keeps_a_way_out_in_every_zone" {
  command = plan

  assert {
    condition     = length(aws_nat_gateway.this) == 3 && length(aws_route.private_default) == 3
    error_message = "Each zone needs its own NAT gateway."
  }

  assert {
    condition     = alltrue([for zone, s in aws_subnet.private : s.availability_zone == zone])
    error_message = "Each private subnet must be in its zone."
  }

  assert {
    condition     = aws_subnet.data["us-east-1b"].cidr_block == "10.0.212.0/22"
    error_message = "Ranges follow the order of the zones."
  }

  assert {
    condition     = alltrue([for s in aws_subnet.public : !s.map_public_ip_on_launch])
    error_message = "No machine gets a public address by being started."
  }
}

run "logs_flows_and_closes_the_default_group" {
  command = plan

  assert {
    condition     = aws_flow_log.this.traffic_type == "ALL" && aws_cloudwatch_log_group.flows.retention_in_days == 365
    error_message = "All flows are logged and kept for a year."
  }

  assert {
    condition     = aws_cloudwatch_log_group.flows.kms_key_id == var.logs_kms_key_arn
    error_message = "Flow logs are encrypted with a key of ours."
  }

  assert {
    condition     = aws_vpc_endpoint.interface["secretsmanager"].private_dns_enabled && aws_vpc_security_group_ingress_rule.endpoints.cidr_ipv4 == "10.0.0.0/16"
    error_message = "Endpoints answer only the network."
  }
}

run "refuses_one_zone" {
  command = plan

  variables {
    zones = ["us-east-1a"]
  }

  expect_failures = [var.zones]
}

run "refuses_a_vpc_that_aws_does_not_have" {
  command = plan

  variables {
    cidr = "10.0.0.0/14"
  }

  expect_failures = [var.cidr]
}
