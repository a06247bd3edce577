mock_provider "aws" {
  override_data {
    target = data.aws_vpc.this
    values = {
      id                   = "vpc-0a"
      cidr_block           = "10.20.0.0/16"
      enable_dns_support   = true
      enable_dns_hostnames = true
    }
  }

  override_data {
    target = data.aws_subnet.private["subnet-0a"]
    values = { id = "subnet-0a", vpc_id = "vpc-0a", availability_zone = "us-east-1b" }
  }

  override_data {
    target = data.aws_subnet.private["subnet-0b"]
    values = { id = "subnet-0b", vpc_id = "vpc-0a", availability_zone = "us-east-1a" }
  }

  override_data {
    target = data.aws_route_table.this
    values = { route_table_id = "rtb-0a" }
  }
}

variables {
  vpc_id             = "vpc-0a"
  cidr               = "10.20.0.0/16"
  zones              = ["us-east-1a", "us-east-1b"]
  private_subnet_ids = ["subnet-0a", "subnet-0b"]
  public_subnet_ids  = []
  data_subnet_ids    = []
}

run "gives_on_what_ours_would" {
  command = plan

  assert {
    condition     = join(" ", output.private_subnet_ids) == "subnet-0b subnet-0a"
    error_message = "Subnets come in the order of the zones' names."
  }

  assert {
    condition     = output.route_table_ids == { "rtb-0a" = "rtb-0a" }
    error_message = "A route table that subnets share gets one route."
  }
}

run "refuses_another_range" {
  command = plan

  variables {
    cidr = "10.21.0.0/16"
  }

  expect_failures = [data.aws_vpc.this]
}

run "refuses_a_subnet_of_another_zone" {
  command = plan

  variables {
    zones = ["us-east-1a", "us-east-1c"]
  }

  expect_failures = [data.aws_subnet.private]
}
