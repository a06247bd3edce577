output "role_arns" {
  description = "ARNs of the roles by key: arn:aws:iam::ACCOUNT:role/NAME. Known only once the policies are attached."
  value       = { for key, role in aws_iam_role.this : key => role.arn }
  depends_on  = [aws_iam_role_policy.this, aws_iam_role_policy_attachment.this]
}
