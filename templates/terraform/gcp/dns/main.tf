# Public DNS records of the hosts, in a zone of ours or one that is there already.

locals {
  zone = var.existing_zone == null ? google_dns_managed_zone.this["this"].name : var.existing_zone
}

resource "google_dns_managed_zone" "this" {
  for_each = var.existing_zone == null ? { this = var.domain } : {}

  project     = var.project_id
  name        = var.name
  dns_name    = "${each.value}."
  description = "Hosts of ${var.name}"
  visibility  = "public"
  labels      = var.labels

  dnssec_config {
    state = "on"

    default_key_specs {
      algorithm  = "ecdsap256sha256"
      key_length = 256
      key_type   = "keySigning"
    }

    default_key_specs {
      algorithm  = "ecdsap256sha256"
      key_length = 256
      key_type   = "zoneSigning"
    }
  }

  cloud_logging_config {
    enable_logging = true
  }
}

resource "google_dns_record_set" "host" {
  for_each = var.hosts

  project      = var.project_id
  managed_zone = local.zone
  name         = "${each.key}."
  type         = "A"
  ttl          = each.value.ttl_seconds
  rrdatas      = [each.value.address]
}

resource "google_dns_record_set" "certificate" {
  for_each = var.hosts

  project      = var.project_id
  managed_zone = local.zone
  name         = each.value.certificate_record.name
  type         = each.value.certificate_record.type
  ttl          = 300
  rrdatas      = [each.value.certificate_record.data]
}
