output "regions" {
  description = "Regions whose networks may ask the zone."
  value       = keys(aws_route53_zone_association.this)
}
