# Lets networks of other regions ask a region's private zone.

resource "aws_route53_zone_association" "this" {
  for_each = var.networks

  zone_id    = var.zone_id
  vpc_id     = each.value
  vpc_region = each.key
}
