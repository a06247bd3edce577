output "id" {
  description = "Identifier of the global database."
  value       = aws_rds_global_cluster.this.id
}
