mock_provider "aws" {}

variables {
  name       = "shop"
  topic_arns = ["arn:aws:sns:us-east-1:123456789012:shop-critical"]

  alarms = {
    us-east-1-unhealthy = {
      description = "Route 53 does not send users to us-east-1."
      namespace   = "AWS/Route53"
      metric      = "HealthCheckStatus"
      dimensions  = { HealthCheckId = "check-east" }
      statistic   = "Minimum"
      comparison  = "LessThanThreshold"
      threshold   = 1
      missing     = "breaching"
    }
    us-west-2-unhealthy = {
      description = "Route 53 does not send users to us-west-2."
      namespace   = "AWS/Route53"
      metric      = "HealthCheckStatus"
      dimensions  = { HealthCheckId = "check-west" }
      statistic   = "Minimum"
      comparison  = "LessThanThreshold"
      threshold   = 1
      missing     = "breaching"
    }
  }

  composites = {
    everywhere = { description = "No region may have users.", of = ["us-east-1-unhealthy", "us-west-2-unhealthy"], all = true }
  }
}

run "combines_alarms_of_its_region" {
  command = plan

  assert {
    condition     = aws_cloudwatch_composite_alarm.this["everywhere"].alarm_rule == "ALARM(\"shop-us-east-1-unhealthy\") AND ALARM(\"shop-us-west-2-unhealthy\")"
    error_message = "All of them must be down."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["us-east-1-unhealthy"].treat_missing_data == "breaching"
    error_message = "For what must be alive, silence is bad."
  }
}

run "refuses_an_alarm_that_is_not_here" {
  command = plan

  variables {
    composites = { other = { description = "Elsewhere.", of = ["eu-west-1-unhealthy"] } }
  }

  expect_failures = [var.composites]
}
