output "registry_id" {
  description = "Account whose registry sends."
  value       = aws_ecr_replication_configuration.this.registry_id
}
