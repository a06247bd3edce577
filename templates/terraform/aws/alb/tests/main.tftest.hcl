mock_provider "aws" {
  mock_resource "aws_acm_certificate" {
    defaults = {
      arn = "arn:aws:acm:us-east-1:123456789012:certificate/1"
      domain_validation_options = [
        { domain_name = "api.example.com", resource_record_name = "_1.api.example.com.", resource_record_type = "CNAME", resource_record_value = "_2.acm-validations.aws." },
        { domain_name = "api.us-east-1.example.com", resource_record_name = "_3.api.us-east-1.example.com.", resource_record_type = "CNAME", resource_record_value = "_4.acm-validations.aws." },
      ]
    }
  }
}

variables {
  name          = "shop-us-east-1"
  hosts         = ["api.example.com", "api.us-east-1.example.com"]
  own_hosts     = { "api.us-east-1.example.com" = "Z0123456789" }
  vpc_id        = "vpc-1"
  subnet_ids    = ["subnet-a", "subnet-b", "subnet-c"]
  target_cidr   = "10.1.0.0/16"
  health        = { interval_seconds = 30, timeout_seconds = 5, healthy_threshold = 3, unhealthy_threshold = 3 }
  drain_seconds = 60
  web_acl_arn   = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/shop/1"
  logs_bucket   = "shop-us-east-1-logs"
}

run "speaks_only_modern_tls" {
  command = apply

  assert {
    condition     = aws_lb_listener.https.ssl_policy == "ELBSecurityPolicy-TLS13-1-2-2021-06" && aws_lb_listener.redirect.default_action[0].type == "redirect"
    error_message = "Nothing is served in clear text or by old ciphers."
  }

  assert {
    condition     = keys(aws_route53_record.own) == ["api.us-east-1.example.com"]
    error_message = "Only the region's own names point here by themselves."
  }

  assert {
    condition     = aws_lb.this.enable_deletion_protection && aws_lb.this.access_logs[0].enabled
    error_message = "It is not deleted by mistake, and it keeps logs."
  }
}

run "leaves_when_half_is_unhealthy" {
  command = apply

  variables {
    minimum_healthy_percent = 50
  }

  assert {
    condition     = aws_lb_target_group.this.target_group_health[0].dns_failover[0].minimum_healthy_targets_percentage == "50"
    error_message = "The share at which a region is left must be as promised."
  }

  assert {
    condition     = aws_lb_target_group.this.name == "shop-us-east-1"
    error_message = "The cluster binds the group by this name."
  }
}

run "refuses_a_timeout_as_long_as_the_interval" {
  command = plan

  variables {
    health = { interval_seconds = 5, timeout_seconds = 5, healthy_threshold = 2, unhealthy_threshold = 2 }
  }

  expect_failures = [var.health]
}
