output "address" {
  description = "Address of the endpoint in our network."
  value       = google_compute_address.this.address
}

output "name" {
  description = "Name of the instance."
  value       = google_sql_database_instance.this.name
}
