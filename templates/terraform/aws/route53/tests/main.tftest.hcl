mock_provider "aws" {}

variables {
  zone_id     = "Z0123456789"
  domain      = "example.com"
  host        = "api.example.com"
  policy      = "latency"
  ttl_seconds = 30

  endpoints = {
    us-east-1 = { host = "api.us-east-1.example.com", health_check_id = "check-east", primary = true }
    us-west-2 = { host = "api.us-west-2.example.com", health_check_id = "check-west" }
  }
}

run "has_one_policy_on_a_name" {
  command = plan

  assert {
    condition     = aws_route53_record.host["us-east-1"].latency_routing_policy[0].region == "us-east-1" && length(aws_route53_record.host["us-east-1"].weighted_routing_policy) == 0
    error_message = "Route 53 refuses two policies on one name."
  }

  assert {
    condition     = aws_route53_record.shift["us-east-1 to us-east-1"].weighted_routing_policy[0].weight == 100 && aws_route53_record.shift["us-east-1 to us-west-2"].weighted_routing_policy[0].weight == 0
    error_message = "Nothing is moved until somebody moves it."
  }

  assert {
    condition     = aws_route53_record.shift["us-east-1 to us-west-2"].records == toset(["api.us-west-2.example.com"]) && aws_route53_record.shift["us-east-1 to us-west-2"].health_check_id == "check-west"
    error_message = "A share goes to its region, if that is healthy."
  }

  assert {
    condition     = aws_route53_record.host["us-west-2"].records == toset(["us-west-2.shift.api.example.com"]) && aws_route53_record.host["us-west-2"].health_check_id == "check-west"
    error_message = "The host leads to the names below it."
  }
}

run "spreads_a_lost_regions_users" {
  command = plan

  variables {
    next_by_policy = false
  }

  assert {
    condition     = aws_route53_record.host["us-west-2"].health_check_id == null
    error_message = "The level below decides."
  }
}

run "fails_over" {
  command = plan

  variables {
    policy = "failover"
  }

  assert {
    condition     = aws_route53_record.host["us-east-1"].failover_routing_policy[0].type == "PRIMARY" && aws_route53_record.host["us-west-2"].failover_routing_policy[0].type == "SECONDARY"
    error_message = "One region is the primary."
  }
}

run "answers_with_addresses_at_the_apex" {
  command = plan

  variables {
    host = "example.com"
    apex = true
    endpoints = {
      us-east-1 = { host = "us-east-1.example.com", health_check_id = "check-east", primary = true }
      us-west-2 = { host = "us-west-2.example.com", health_check_id = "check-west" }
    }
  }

  assert {
    condition     = aws_route53_record.host["us-east-1"].type == "A" && one(aws_route53_record.host["us-east-1"].alias).name == "us-east-1.shift.example.com" && aws_route53_record.host["us-east-1"].records == null
    error_message = "The host is an alias of the names below it."
  }

  assert {
    condition     = one(aws_route53_record.shift["us-east-1 to us-west-2"].alias).name == "us-west-2.example.com" && aws_route53_record.shift["us-east-1 to us-west-2"].health_check_id == "check-west"
    error_message = "A share goes to its region, if that is healthy."
  }
}

run "has_no_cname_at_the_apex" {
  command = plan

  variables {
    host = "example.com"
  }

  expect_failures = [var.host]
}
