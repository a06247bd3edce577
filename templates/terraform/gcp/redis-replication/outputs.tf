output "dns_zone" {
  description = "Name of the private zone: the prefix itself."
  value       = google_dns_managed_zone.this.name
}
