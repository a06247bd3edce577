output "members" {
  description = "The Kubernetes service accounts as IAM members, by account id."
  value       = { for id, binding in google_service_account_iam_member.this : id => binding.member }
}
