# Alarms of one region over metrics of AWS, and alarms that combine them.

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = var.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  period              = each.value.period_seconds
  evaluation_periods  = each.value.periods
  treat_missing_data  = each.value.missing
  alarm_actions       = var.topic_arns
  ok_actions          = var.topic_arns
}

resource "aws_cloudwatch_composite_alarm" "this" {
  for_each = var.composites

  alarm_name        = "${var.name}-${each.key}"
  alarm_description = each.value.description
  alarm_rule        = join(each.value.all ? " AND " : " OR ", [for alarm in each.value.of : "ALARM(\"${aws_cloudwatch_metric_alarm.this[alarm].alarm_name}\")"])
  alarm_actions     = var.topic_arns
  ok_actions        = var.topic_arns
}
