output "vault_arn" {
  description = "ARN of the vault: arn:aws:backup:REGION:ACCOUNT:backup-vault:NAME."
  value       = aws_backup_vault.this.arn
}

output "vault_name" {
  description = "Name of the vault."
  value       = aws_backup_vault.this.name
}

output "role_arn" {
  description = "ARN of the role that makes backups and restores them."
  value       = aws_iam_role.this.arn
}
