output "endpoint" {
  description = "Endpoint for writes, in the region that writes."
  value       = aws_rds_cluster.this.endpoint
}

output "reader_endpoint" {
  description = "Endpoint for reads."
  value       = aws_rds_cluster.this.reader_endpoint
}

output "arn" {
  description = "ARN of the cluster: arn:aws:rds:REGION:ACCOUNT:cluster:NAME."
  value       = aws_rds_cluster.this.arn
}
