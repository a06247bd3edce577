output "role_arn" {
  description = "ARN of the role that copies: arn:aws:iam::ACCOUNT:role/NAME."
  value       = aws_iam_role.this.arn
}
