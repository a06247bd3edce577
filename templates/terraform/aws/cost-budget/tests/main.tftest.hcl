mock_provider "aws" {}

variables {
  name      = "shop"
  system    = "shop"
  amount    = 24000
  topic_arn = "arn:aws:sns:us-east-1:123456789012:shop-operations"
}

run "tells_on_the_way" {
  command = plan

  assert {
    condition     = sort([for n in aws_budgets_budget.this.notification : "${n.notification_type} ${n.threshold}"]) == tolist(["ACTUAL 100", "ACTUAL 50", "ACTUAL 80", "FORECASTED 100"])
    error_message = "Notifications are sent at 50, 80 and 100 percent, and when the forecast is over budget."
  }

  assert {
    condition     = one(aws_budgets_budget.this.cost_filter).values == tolist(["user:system$shop"])
    error_message = "Only what carries the system's tag is counted."
  }
}

run "refuses_too_many_messages" {
  command = plan

  variables {
    thresholds = [10, 20, 30, 40, 50]
  }

  expect_failures = [var.thresholds]
}
