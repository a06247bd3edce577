output "role_arns" {
  description = "ARNs of the roles: load-balancers, nodes, secrets."
  value       = module.roles.role_arns
}
