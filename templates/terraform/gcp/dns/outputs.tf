output "name_servers" {
  description = "Name servers to enter at the registrar; empty for a zone that was there already."
  value       = try(google_dns_managed_zone.this["this"].name_servers, [])
}
