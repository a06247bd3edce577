output "id" {
  description = "Identifier of the global database."
  value       = aws_rds_global_cluster.this.id
}

output "endpoint" {
  description = "Endpoint of the instance that writes, whichever region it is in; it follows a failover."
  value       = aws_rds_global_cluster.this.endpoint
}
