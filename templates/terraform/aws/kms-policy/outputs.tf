output "policies" {
  description = "Policies by the name of the key, as JSON."
  value       = local.policies
}
