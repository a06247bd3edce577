# Proves hosts to ACM, once for all regions: the record of a host is the same in every region of an account, so that no region's state may own it. A certificate is what ACM says the record of; nothing serves these.

resource "aws_acm_certificate" "this" {
  for_each = var.hosts

  domain_name       = each.key
  validation_method = "DNS"
  key_algorithm     = "EC_prime256v1"

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  records = {
    for host, certificate in aws_acm_certificate.this :
    host => one([for option in certificate.domain_validation_options : option if option.domain_name == host])
  }
}

# Certificates of every region are renewed for as long as it is there.
resource "aws_route53_record" "this" {
  for_each = var.hosts

  zone_id = each.value
  name    = local.records[each.key].resource_record_name
  type    = local.records[each.key].resource_record_type
  records = [local.records[each.key].resource_record_value]
  ttl     = 300

  # Somebody may have proved the host before.
  allow_overwrite = true
}
