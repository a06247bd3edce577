output "east_west_addresses" {
  description = "Internal addresses of the east-west gateways by region; their resource names are PREFIX-east-west-REGION."
  value       = { for region, address in google_compute_address.east_west : region => address.address }
}
