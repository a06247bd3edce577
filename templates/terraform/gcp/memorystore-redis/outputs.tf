output "host" {
  description = "Address of the primary."
  value       = google_redis_instance.this.host
}

output "read_endpoint" {
  description = "Address of the replicas."
  value       = google_redis_instance.this.read_endpoint
}
