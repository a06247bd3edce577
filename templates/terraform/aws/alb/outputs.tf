output "dns_name" {
  description = "DNS name of the load balancer."
  value       = aws_lb.this.dns_name
}

output "hosted_zone_id" {
  description = "Zone that alias records to the load balancer name."
  value       = aws_lb.this.zone_id
}

output "arn_suffix" {
  description = "The load balancer as metrics name it."
  value       = aws_lb.this.arn_suffix
}

output "target_group_arn_suffix" {
  description = "The target group as metrics name it."
  value       = aws_lb_target_group.this.arn_suffix
}

output "zones_alarm" {
  description = "Name of the alarm that no zone has enough healthy targets."
  value       = aws_cloudwatch_metric_alarm.zones.alarm_name
}
