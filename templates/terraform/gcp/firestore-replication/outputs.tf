output "topic_id" {
  description = "Id of the topic: projects/P/topics/NAME."
  value       = module.queue.topic_id
}

output "subscription_id" {
  description = "Id of the subscription: projects/P/subscriptions/NAME."
  value       = module.queue.subscription_id
}

output "dead_letter_subscription_id" {
  description = "Id of the subscription with undelivered messages: projects/P/subscriptions/NAME-dead-letter."
  value       = module.queue.dead_letter_subscription_id
}
