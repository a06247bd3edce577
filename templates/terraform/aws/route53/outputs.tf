output "shift_names" {
  description = "The names whose weights move a region's users, by region."
  value       = { for region in local.regions : region => "${region}.shift.${var.host}" }
}
