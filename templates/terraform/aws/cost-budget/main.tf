# The budget of a month for everything that carries the system's tag, with messages on the way to it. Cost allocation must know the tag: it is switched on once, in the billing console.

resource "aws_budgets_budget" "this" {
  name         = var.name
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = tostring(var.amount)
  limit_unit   = var.currency

  cost_filter {
    name   = "TagKeyValue"
    values = [format("user:system%s%s", "$", var.system)]
  }

  dynamic "notification" {
    for_each = var.thresholds

    content {
      comparison_operator       = "GREATER_THAN"
      notification_type         = "ACTUAL"
      threshold                 = notification.value
      threshold_type            = "PERCENTAGE"
      subscriber_sns_topic_arns = [var.topic_arn]
    }
  }

  notification {
    comparison_operator       = "GREATER_THAN"
    notification_type         = "FORECASTED"
    threshold                 = 100
    threshold_type            = "PERCENTAGE"
    subscriber_sns_topic_arns = [var.topic_arn]
  }
}
