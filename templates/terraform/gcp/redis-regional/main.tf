# What a Redis with Sentinel needs outside Kubernetes in one region: fixed addresses and names of its members, and a bucket for its backups.

resource "google_compute_address" "member" {
  for_each = var.members

  project      = var.project_id
  name         = "${var.name}-${each.key}"
  region       = var.region
  subnetwork   = var.subnetwork_id
  address_type = "INTERNAL"
  purpose      = "GCE_ENDPOINT"
  labels       = var.labels
}

resource "google_dns_record_set" "member" {
  for_each = var.members

  project      = var.project_id
  managed_zone = var.dns_zone
  name         = "${each.value}."
  type         = "A"
  ttl          = 60
  rrdatas      = [google_compute_address.member[each.key].address]
}

module "backup" {
  source   = "../storage-bucket"
  for_each = var.backup == null ? {} : { backup = var.backup }

  project_id        = var.project_id
  bucket            = each.value.bucket
  location          = var.region
  kms_key_id        = each.value.kms_key_id
  delete_after_days = each.value.keep_days

  members = {
    # The backup job adds snapshots and can neither change nor delete one.
    writer = { role = "roles/storage.objectCreator", member = each.value.writer }
    reader = { role = "roles/storage.objectViewer", member = each.value.writer }
  }

  labels = var.labels
}
