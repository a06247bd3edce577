mock_provider "aws" {
  mock_data "aws_ip_ranges" {
    defaults = {
      cidr_blocks = ["15.177.0.0/18", "54.232.40.64/26"]
    }
  }
}

variables {
  name             = "shop-us-east-1"
  logs_kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/1"
}

run "lets_all_health_checkers_pass" {
  command = plan

  assert {
    condition     = aws_wafv2_ip_set.health_checkers.addresses == toset(["15.177.0.0/18", "54.232.40.64/26"])
    error_message = "The ranges are those that AWS publishes."
  }
}

run "takes_ranges_where_nothing_can_be_read" {
  command = plan

  variables {
    health_checker_cidrs = ["15.177.0.0/18"]
  }

  assert {
    condition     = aws_wafv2_ip_set.health_checkers.addresses == toset(["15.177.0.0/18"]) && length(data.aws_ip_ranges.health_checkers) == 0
    error_message = "What is given is not read."
  }
}

run "counts_bodies_until_it_is_told_to_refuse" {
  command = plan

  assert {
    condition     = sum([for rule in aws_wafv2_web_acl.this.rule : length(rule.statement[0].managed_rule_group_statement[0].rule_action_override) if startswith(rule.name, "AWS")]) == 8
    error_message = "Rules that read bodies count first."
  }
}

run "refuses_bodies" {
  command = plan

  variables {
    body_rules_block = true
  }

  assert {
    condition     = sum([for rule in aws_wafv2_web_acl.this.rule : length(rule.statement[0].managed_rule_group_statement[0].rule_action_override) if startswith(rule.name, "AWS")]) == 0
    error_message = "Every rule does what AWS made it for."
  }
}

run "refuses_known_attacks" {
  command = plan

  assert {
    condition     = toset([for rule in aws_wafv2_web_acl.this.rule : rule.name]) == toset(["health-checkers", "AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesCommonRuleSet"])
    error_message = "Without limits, only the managed rules stand."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.name == "aws-waf-logs-shop-us-east-1"
    error_message = "WAF writes only to groups whose name begins so."
  }
}

run "only_counts_without_a_firewall" {
  command = plan

  variables {
    firewall = false
  }

  assert {
    condition     = alltrue([for rule in aws_wafv2_web_acl.this.rule : length(rule.override_action[0].count) == 1 && length(rule.override_action[0].none) == 0 if rule.name != "health-checkers"])
    error_message = "What is not refused is still seen."
  }
}

run "limits_clients_and_the_region" {
  command = plan

  variables {
    client_limit_per_minute = 6000
    region_limit_per_minute = 300000
    blocked_countries       = ["KP"]
  }

  assert {
    condition     = { for rule in aws_wafv2_web_acl.this.rule : rule.name => rule.statement[0].rate_based_statement[0] if length(rule.statement[0].rate_based_statement) > 0 }["region-rate"].aggregate_key_type == "CONSTANT"
    error_message = "The region's limit counts all clients together."
  }

  assert {
    condition     = { for rule in aws_wafv2_web_acl.this.rule : rule.name => rule.statement[0].rate_based_statement[0] if length(rule.statement[0].rate_based_statement) > 0 }["client-rate"].limit == 6000
    error_message = "The client's limit must be as given."
  }
}

run "refuses_a_limit_that_waf_cannot_count" {
  command = plan

  variables {
    client_limit_per_minute = 5
  }

  expect_failures = [var.client_limit_per_minute]
}

run "never_refuses_a_health_check_and_counts_bodies_first" {
  command = plan

  assert {
    condition     = min([for rule in aws_wafv2_web_acl.this.rule : rule.priority]...) == one([for rule in aws_wafv2_web_acl.this.rule : rule.priority if rule.name == "health-checkers"])
    error_message = "A refused health check loses the region."
  }

  assert {
    condition     = contains([for override in one([for rule in aws_wafv2_web_acl.this.rule : rule if rule.name == "AWSManagedRulesCommonRuleSet"]).statement[0].managed_rule_group_statement[0].rule_action_override : override.name], "SizeRestrictions_BODY")
    error_message = "Uploads must not be refused unseen."
  }
}
