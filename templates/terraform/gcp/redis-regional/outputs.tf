output "addresses" {
  description = "Reserved internal addresses by short name; their resource names are PREFIX-SHORT."
  value       = { for name, address in google_compute_address.member : name => address.address }
}

output "backup_url" {
  description = "Address of the backup bucket, or null."
  value       = try(module.backup["backup"].url, null)
}
