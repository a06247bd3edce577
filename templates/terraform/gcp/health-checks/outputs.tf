output "health_check_id" {
  description = "Id of the load balancer's check: projects/P/global/healthChecks/NAME; null if there is none."
  value       = try(google_compute_health_check.this["this"].id, null)
}

output "uptime_check_ids" {
  description = "Ids of the probes from outside, by path."
  value       = { for path, check in google_monitoring_uptime_check_config.this : path => check.uptime_check_id }
}

output "dns_health_check_id" {
  description = "Id of the check of Cloud DNS: projects/P/global/healthChecks/NAME-dns; null if there is none."
  value       = try(google_compute_health_check.dns["this"].id, null)
}
