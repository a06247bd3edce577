output "hosts" {
  description = "The hosts that are proved."
  value       = keys(aws_route53_record.this)
}
