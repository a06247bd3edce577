output "key_arns" {
  description = "ARNs of the keys by name."
  value       = { for name, key in aws_kms_key.this : name => key.arn }
}

output "alias_arns" {
  description = "ARNs of the aliases by name: arn:aws:kms:REGION:ACCOUNT:alias/PREFIX-KEY."
  value       = { for name, alias in aws_kms_alias.this : name => alias.arn }
}
