output "health_check_id" {
  description = "Id of the check that decides whether users are sent to the region."
  value       = aws_route53_health_check.region.id
}

output "endpoint_check_ids" {
  description = "Ids of the checks of the endpoint, by path."
  value       = { for path, check in aws_route53_health_check.endpoint : path => check.id }
}
