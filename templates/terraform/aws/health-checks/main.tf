# Whether users may be sent to a region: it answers from outside, has enough healthy targets, and nobody has evacuated it.

locals {
  seen = concat(
    [for check in aws_route53_health_check.endpoint : check.id],
    [for check in aws_route53_health_check.zones : check.id],
  )
  # Where a person decides, what is seen tells people, and only the switch moves users.
  children = concat(var.automatic ? local.seen : [], [aws_route53_health_check.evacuation.id])
}

# Asked from several parts of the world, so it counts the way there too.
resource "aws_route53_health_check" "endpoint" {
  for_each = var.paths

  reference_name    = substr(md5("${var.name}${each.key}"), 0, 27)
  type              = var.expected_body == null ? "HTTPS" : "HTTPS_STR_MATCH"
  fqdn              = var.host
  port              = 443
  enable_sni        = true
  resource_path     = each.key
  search_string     = var.expected_body
  request_interval  = var.interval_seconds
  failure_threshold = var.unhealthy_threshold
  measure_latency   = true

  tags = { Name = "${var.name}${each.key}" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_health_check" "zones" {
  for_each = var.zones_alarm == null ? {} : { this = var.zones_alarm }

  type                            = "CLOUDWATCH_METRIC"
  cloudwatch_alarm_name           = each.value.name
  cloudwatch_alarm_region         = each.value.region
  insufficient_data_health_status = "Healthy"

  tags = { Name = "${var.name} zones" }
}

# Set by a metric and not by the alarm's state, which Route 53 does not read. It lies outside the region, and setting it needs no control plane of Route 53.
resource "aws_cloudwatch_metric_alarm" "evacuation" {
  alarm_name          = "${var.name}-evacuated"
  alarm_description   = "Somebody has sent the users of ${var.region} elsewhere."
  namespace           = var.evacuation.namespace
  metric_name         = var.evacuation.metric
  dimensions          = { Region = var.region }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "missing"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
}

# Silence means what was said last.
resource "aws_route53_health_check" "evacuation" {
  type                            = "CLOUDWATCH_METRIC"
  cloudwatch_alarm_name           = aws_cloudwatch_metric_alarm.evacuation.alarm_name
  cloudwatch_alarm_region         = var.evacuation.alarm_region
  insufficient_data_health_status = "LastKnownStatus"

  tags = { Name = "${var.name} not evacuated" }
}

resource "aws_route53_health_check" "region" {
  type                   = "CALCULATED"
  child_healthchecks     = local.children
  child_health_threshold = length(local.children)

  tags = { Name = var.name }
}
