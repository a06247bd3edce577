# Names of the instances of a store in the network: one for each region, and one that leads to the instance that takes writes.

resource "google_dns_managed_zone" "this" {
  project     = var.project_id
  name        = var.name
  dns_name    = "${var.domain}."
  description = "Names of ${var.name}"
  visibility  = "private"
  labels      = var.labels

  private_visibility_config {
    networks {
      network_url = var.network_id
    }
  }
}

resource "google_dns_record_set" "region" {
  for_each = var.addresses

  project      = var.project_id
  managed_zone = google_dns_managed_zone.this.name
  name         = "${each.key}.${var.domain}."
  type         = "A"
  ttl          = 300
  rrdatas      = [each.value]
}

resource "google_dns_record_set" "writer" {
  for_each = var.writer == null ? {} : { writer = var.writer }

  project      = var.project_id
  managed_zone = google_dns_managed_zone.this.name
  name         = "writer.${var.domain}."
  type         = "A"
  ttl          = each.value.ttl_seconds
  rrdatas      = [each.value.address]

  lifecycle {
    # A promotion turns the name: no plan turns it back.
    ignore_changes = [rrdatas]
  }
}
