output "topic_id" {
  description = "Id of the topic: projects/P/topics/NAME."
  value       = google_pubsub_topic.this.id
}

output "subscription_id" {
  description = "Id of the subscription: projects/P/subscriptions/NAME."
  value       = google_pubsub_subscription.this.id
}

output "dead_letter_subscription_id" {
  description = "Id of the subscription with undelivered messages: projects/P/subscriptions/NAME-dead-letter."
  value       = google_pubsub_subscription.dead_letter.id
}
