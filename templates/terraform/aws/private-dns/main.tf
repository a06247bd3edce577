# A private zone of a region: names of its stores that are the same whoever asks, where AWS gives out names of its own.

resource "aws_route53_zone" "this" {
  #checkov:skip=CKV2_AWS_38:private zones cannot be signed
  #checkov:skip=CKV2_AWS_39:queries of private zones are logged by the resolver, not by the zone
  name    = var.domain
  comment = "Stores of ${var.domain}"

  vpc {
    vpc_id = var.vpc_id
  }

  lifecycle {
    # Networks of other regions are let in by themselves.
    ignore_changes = [vpc]
  }
}

resource "aws_route53_record" "this" {
  for_each = var.names

  zone_id = aws_route53_zone.this.zone_id
  name    = "${each.key}.${var.domain}"
  type    = "CNAME"
  ttl     = 30
  records = [each.value]
}
