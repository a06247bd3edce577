output "channel_ids" {
  description = "Ids of the notification channels by name."
  value       = { for name, channel in google_monitoring_notification_channel.this : name => channel.id }
}

output "policy_ids" {
  description = "Ids of the alert policies by name."
  value       = { for name, policy in google_monitoring_alert_policy.this : name => policy.id }
}
