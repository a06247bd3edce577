output "address" {
  description = "DNS name of the instance; it holds when the standby takes over."
  value       = aws_db_instance.this.address
}

output "arn" {
  description = "ARN of the instance: arn:aws:rds:REGION:ACCOUNT:db:NAME."
  value       = aws_db_instance.this.arn
}

output "master_secret_arn" {
  description = "Secret with the administrator's password; null for a physical replica."
  value       = try(aws_db_instance.this.master_user_secret[0].secret_arn, null)
}

output "security_group_id" {
  description = "Security group of the instance."
  value       = aws_security_group.this.id
}
