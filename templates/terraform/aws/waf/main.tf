# What is kept out before it reaches a region's load balancer: known attacks, countries, and more requests than are allowed.

locals {
  # Counted over a minute, the shortest window that there is.
  window_seconds = 60

  health_checkers = var.health_checker_cidrs == null ? one(data.aws_ip_ranges.health_checkers[*].cidr_blocks) : var.health_checker_cidrs
}

# What AWS publishes today: ranges come and go.
data "aws_ip_ranges" "health_checkers" {
  count = var.health_checker_cidrs == null ? 1 : 0

  services = ["route53_healthchecks"]
}

# Anybody can send the name of a health checker; nobody else has its addresses.
resource "aws_wafv2_ip_set" "health_checkers" {
  name               = "${var.name}-health-checkers"
  description        = "Health checkers of Route 53"
  scope              = "REGIONAL"
  ip_address_version = "IPV4"
  addresses          = local.health_checkers
}

resource "aws_wafv2_web_acl" "this" {
  name        = var.name
  description = "What is kept out of ${var.name}"
  scope       = "REGIONAL"

  default_action {
    allow {}
  }

  # Whatever is refused below, a region is not lost because its health checks are.
  rule {
    name     = "health-checkers"
    priority = 0

    action {
      allow {}
    }

    statement {
      ip_set_reference_statement {
        arn = aws_wafv2_ip_set.health_checkers.arn
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "health-checkers"
      sampled_requests_enabled   = true
    }
  }

  dynamic "rule" {
    for_each = length(var.blocked_countries) == 0 ? [] : [var.blocked_countries]

    content {
      name     = "countries"
      priority = 5

      action {
        block {}
      }

      statement {
        geo_match_statement {
          country_codes = rule.value
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "countries"
        sampled_requests_enabled   = true
      }
    }
  }

  dynamic "rule" {
    for_each = var.client_limit_per_minute == null ? [] : [var.client_limit_per_minute]

    content {
      name     = "client-rate"
      priority = 10

      action {
        block {
          custom_response {
            response_code = 429
          }
        }
      }

      statement {
        rate_based_statement {
          limit                 = rule.value
          evaluation_window_sec = local.window_seconds
          aggregate_key_type    = "IP"
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "client-rate"
        sampled_requests_enabled   = true
      }
    }
  }

  # All clients together, counted in this region alone.
  dynamic "rule" {
    for_each = var.region_limit_per_minute == null ? [] : [var.region_limit_per_minute]

    content {
      name     = "region-rate"
      priority = 11

      action {
        block {
          custom_response {
            response_code = 429
          }
        }
      }

      statement {
        rate_based_statement {
          limit                 = rule.value
          evaluation_window_sec = local.window_seconds
          aggregate_key_type    = "CONSTANT"

          # A constant key must be narrowed; health checks of Route 53 are not counted.
          scope_down_statement {
            not_statement {
              statement {
                ip_set_reference_statement {
                  arn = aws_wafv2_ip_set.health_checkers.arn
                }
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "region-rate"
        sampled_requests_enabled   = true
      }
    }
  }

  rule {
    name     = "AWSManagedRulesAmazonIpReputationList"
    priority = 20

    override_action {
      dynamic "none" {
        for_each = var.firewall ? [true] : []
        content {}
      }

      dynamic "count" {
        for_each = var.firewall ? [] : [true]
        content {}
      }
    }

    statement {
      managed_rule_group_statement {
        vendor_name = "AWS"
        name        = "AWSManagedRulesAmazonIpReputationList"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "AWSManagedRulesAmazonIpReputationList"
      sampled_requests_enabled   = true
    }
  }

  rule {
    name     = "AWSManagedRulesKnownBadInputsRuleSet"
    priority = 21

    override_action {
      dynamic "none" {
        for_each = var.firewall ? [true] : []
        content {}
      }

      dynamic "count" {
        for_each = var.firewall ? [] : [true]
        content {}
      }
    }

    statement {
      managed_rule_group_statement {
        vendor_name = "AWS"
        name        = "AWSManagedRulesKnownBadInputsRuleSet"

        dynamic "rule_action_override" {
          for_each = var.body_rules_block ? [] : ["JavaDeserializationRCE_BODY", "Log4JRCE_BODY", "ReactJSRCE_BODY"]

          content {
            name = rule_action_override.value

            action_to_use {
              count {}
            }
          }
        }
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "AWSManagedRulesKnownBadInputsRuleSet"
      sampled_requests_enabled   = true
    }
  }

  rule {
    name     = "AWSManagedRulesCommonRuleSet"
    priority = 22

    override_action {
      dynamic "none" {
        for_each = var.firewall ? [true] : []
        content {}
      }

      dynamic "count" {
        for_each = var.firewall ? [] : [true]
        content {}
      }
    }

    statement {
      managed_rule_group_statement {
        vendor_name = "AWS"
        name        = "AWSManagedRulesCommonRuleSet"

        # Rules on bodies refuse uploads and long forms: they are counted until somebody has seen that they hit none.
        dynamic "rule_action_override" {
          for_each = var.body_rules_block ? [] : ["SizeRestrictions_BODY", "GenericLFI_BODY", "GenericRFI_BODY", "CrossSiteScripting_BODY", "EC2MetaDataSSRF_BODY"]

          content {
            name = rule_action_override.value

            action_to_use {
              count {}
            }
          }
        }
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "AWSManagedRulesCommonRuleSet"
      sampled_requests_enabled   = true
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = var.name
    sampled_requests_enabled   = true
  }
}

# The name must begin so, or WAF refuses it.
resource "aws_cloudwatch_log_group" "this" {
  name              = "aws-waf-logs-${var.name}"
  retention_in_days = 365
  kms_key_id        = var.logs_kms_key_arn
  skip_destroy      = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_wafv2_web_acl_logging_configuration" "this" {
  resource_arn            = aws_wafv2_web_acl.this.arn
  log_destination_configs = [aws_cloudwatch_log_group.this.arn]

  redacted_fields {
    single_header {
      name = "authorization"
    }
  }

  redacted_fields {
    single_header {
      name = "cookie"
    }
  }
}
