output "emails" {
  description = "E-mail addresses by account id: ID@PROJECT.iam.gserviceaccount.com. Known only after the roles."
  value       = { for id, account in google_service_account.this : id => account.email }
  depends_on  = [google_project_iam_member.role]
}
