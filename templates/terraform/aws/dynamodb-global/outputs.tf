output "arn" {
  description = "ARN of the table in this module's region; replicas have the same name in theirs."
  value       = aws_dynamodb_table.this.arn
}
