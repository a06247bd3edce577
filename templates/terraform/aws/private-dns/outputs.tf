output "zone_id" {
  description = "Id of the zone, which networks of other regions are let into."
  value       = aws_route53_zone.this.zone_id
}
