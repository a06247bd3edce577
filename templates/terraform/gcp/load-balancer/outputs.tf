output "address" {
  description = "Address that the host's DNS record points to."
  value       = google_compute_global_address.this.address
}

output "backend_service" {
  description = "Name of the backend service, which the failover commands take: the prefix itself."
  value       = google_compute_backend_service.this.name
}

output "certificate_record" {
  description = "DNS record that proves control of the host."
  value = {
    name = google_certificate_manager_dns_authorization.this.dns_resource_record[0].name
    type = google_certificate_manager_dns_authorization.this.dns_resource_record[0].type
    data = google_certificate_manager_dns_authorization.this.dns_resource_record[0].data
  }
}
