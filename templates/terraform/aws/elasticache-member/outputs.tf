output "id" {
  description = "Id of the replication group."
  value       = aws_elasticache_replication_group.this.id
}

output "endpoint" {
  description = "Endpoint that tells clients of the shards."
  value       = aws_elasticache_replication_group.this.configuration_endpoint_address
}
