# Public DNS records of the hosts, in a zone of ours or one that is there already.

locals {
  zone      = var.existing_zone == null ? google_dns_managed_zone.this["this"].name : var.existing_zone
  failovers = { for name, host in var.hosts : name => host.failover if host.failover != null }
  backup_certificates = merge([
    for name, failover in local.failovers : {
      for region, backup in failover.backups : "${name}/${region}" => backup.certificate_record
    }
  ]...)
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
  rrdatas      = each.value.failover == null ? [each.value.address] : null

  # The load balancer's address as long as it answers, then that of the nearest backup that does.
  dynamic "routing_policy" {
    for_each = each.value.failover == null ? [] : [each.value.failover]

    content {
      health_check = routing_policy.value.health_check_id

      primary_backup {
        trickle_ratio = 0

        primary {
          external_endpoints = [each.value.address]
        }

        dynamic "backup_geo" {
          for_each = routing_policy.value.backups

          content {
            location = backup_geo.key

            health_checked_targets {
              external_endpoints = [backup_geo.value.address]
            }
          }
        }
      }
    }
  }
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

resource "google_dns_record_set" "backup_certificate" {
  for_each = local.backup_certificates

  project      = var.project_id
  managed_zone = local.zone
  name         = each.value.name
  type         = each.value.type
  ttl          = 300
  rrdatas      = [each.value.data]
}
