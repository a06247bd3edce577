output "key_arns" {
  description = "ARNs of this region's keys by name."
  value = merge(
    { for name, key in aws_kms_key.primary : name => key.arn },
    { for name, key in aws_kms_replica_key.replica : name => key.arn },
  )
}

output "alias_arns" {
  description = "ARNs of the aliases by name: arn:aws:kms:REGION:ACCOUNT:alias/PREFIX-shared-KEY."
  value       = { for name, alias in aws_kms_alias.this : name => alias.arn }
}
