output "user_group_id" {
  description = "Id of the group that the store lets sign in."
  value       = aws_elasticache_user_group.this.user_group_id
}
