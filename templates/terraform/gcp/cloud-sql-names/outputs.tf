output "zone" {
  description = "Name of the zone, for commands that turn a name."
  value       = google_dns_managed_zone.this.name
}
