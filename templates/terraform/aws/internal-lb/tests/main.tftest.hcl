mock_provider "aws" {}

variables {
  name         = "shop-redis-usw2"
  vpc_id       = "vpc-1"
  subnet_ids   = ["subnet-a", "subnet-b"]
  client_cidrs = { us-east-1 = "10.0.0.0/16" }
  target_cidr  = "10.4.0.0/16"
  target_port  = 9443
}

run "is_closed_to_the_world" {
  command = plan

  assert {
    condition     = aws_lb.this.internal && aws_lb_listener.this.protocol == "TCP"
    error_message = "Only peers reach it, and it opens no connection."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.peers["us-east-1"].cidr_ipv4 == "10.0.0.0/16"
    error_message = "Who may connect is named."
  }
}

run "refuses_a_long_name" {
  command = plan

  variables {
    name = "shop-redis-with-a-name-that-is-too-long"
  }

  expect_failures = [var.name]
}
