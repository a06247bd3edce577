output "zone_id" {
  description = "Id of the zone."
  value       = aws_route53_zone.this.zone_id
}

output "name_servers" {
  description = "Name servers to enter where the domain is delegated."
  value       = aws_route53_zone.this.name_servers
}

output "ds_record" {
  description = "DS record to enter there too, once the name servers answer: it ties the zone into the chain of trust."
  value       = aws_route53_key_signing_key.this.ds_record
}
