# What other regions give to a region's private zone: networks that may ask it, and names of stores that only the root of links knows.

resource "aws_route53_zone_association" "this" {
  for_each = var.networks

  zone_id    = var.zone_id
  vpc_id     = each.value
  vpc_region = each.key
}

resource "aws_route53_record" "this" {
  for_each = var.names

  zone_id = var.zone_id
  name    = "${each.key}.${var.domain}"
  type    = "CNAME"
  ttl     = 30
  records = [each.value]
}
