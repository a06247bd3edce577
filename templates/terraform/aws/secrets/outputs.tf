output "secret_arns" {
  description = "ARNs of the secrets by name. They end in characters that AWS chooses."
  value       = { for name, secret in aws_secretsmanager_secret.this : name => secret.arn }
}

output "secret_names" {
  description = "Names of the secrets by name, alike in every region: PREFIX-NAME."
  value       = { for name, secret in aws_secretsmanager_secret.this : name => secret.name }
}
