output "address" {
  description = "Address that the host's DNS record turns to."
  value       = google_compute_address.this.address
}

output "certificate_record" {
  description = "DNS record that proves control of the host for this certificate."
  value = {
    name = google_certificate_manager_dns_authorization.this.dns_resource_record[0].name
    type = google_certificate_manager_dns_authorization.this.dns_resource_record[0].type
    data = google_certificate_manager_dns_authorization.this.dns_resource_record[0].data
  }
}
