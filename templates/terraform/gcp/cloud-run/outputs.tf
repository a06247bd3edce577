output "service_name" {
  description = "Name of the service."
  value       = google_cloud_run_v2_service.this.name
}

output "uri" {
  description = "Its own address, for callers inside the project."
  value       = google_cloud_run_v2_service.this.uri
}
