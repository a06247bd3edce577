mock_provider "aws" {}

variables {
  name                = "shop-us-east-1"
  region              = "us-east-1"
  host                = "api.us-east-1.example.com"
  paths               = ["/health"]
  interval_seconds    = 30
  unhealthy_threshold = 3
  zones_alarm         = { name = "shop-us-east-1-no-healthy-zone", region = "us-east-1" }
  evacuation          = { namespace = "shop/failover", metric = "Evacuate", alarm_region = "us-west-2" }
}

run "checks_as_often_as_promised" {
  command = apply

  assert {
    condition     = aws_route53_health_check.endpoint["/health"].request_interval == 30 && aws_route53_health_check.endpoint["/health"].failure_threshold == 3
    error_message = "Detection is interval times threshold: both must be as given."
  }

  assert {
    condition     = aws_route53_health_check.region.child_health_threshold == 3
    error_message = "All of them must be healthy: endpoint, zones, and nobody has evacuated."
  }

  assert {
    condition     = aws_route53_health_check.evacuation.insufficient_data_health_status == "LastKnownStatus"
    error_message = "An evacuation stays until somebody ends it."
  }
}

run "looks_for_a_text" {
  command = plan

  variables {
    expected_body = "OK"
    zones_alarm   = null
  }

  assert {
    condition     = aws_route53_health_check.endpoint["/health"].type == "HTTPS_STR_MATCH" && aws_route53_health_check.endpoint["/health"].search_string == "OK"
    error_message = "The answer must hold the text."
  }
}

run "refuses_an_interval_that_there_is_not" {
  command = plan

  variables {
    interval_seconds = 5
  }

  expect_failures = [var.interval_seconds]
}

run "refuses_a_switch_inside_the_region" {
  command = plan

  variables {
    evacuation = { namespace = "shop/failover", metric = "Evacuate", alarm_region = "us-east-1" }
  }

  expect_failures = [var.evacuation]
}

run "waits_for_a_person" {
  command = plan

  variables {
    automatic = false
  }

  assert {
    condition     = length(local.seen) > 0 && length(local.children) == 1
    error_message = "Only the switch moves users."
  }
}
