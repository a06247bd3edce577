output "secret_ids" {
  description = "Ids of the secrets by name: projects/P/secrets/PREFIX-NAME."
  value       = { for name, secret in google_secret_manager_secret.this : name => secret.id }
}
