output "id" {
  description = "Id of the global group, which the followers join."
  value       = aws_elasticache_global_replication_group.this.global_replication_group_id
}
