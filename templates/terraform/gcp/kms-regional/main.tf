# One key ring at one location, with rotated keys that only the named service agents may use.

locals {
  grants = merge([
    for key, agents in var.keys : { for agent in agents : "${key}/${agent}" => { key = key, agent = agent } }
  ]...)
}

resource "google_kms_key_ring" "this" {
  project  = var.project_id
  name     = "${var.name}-${var.location}"
  location = var.location
}

resource "google_kms_crypto_key" "this" {
  for_each = var.keys

  name                       = each.key
  key_ring                   = google_kms_key_ring.this.id
  rotation_period            = "${var.rotation_seconds}s"
  destroy_scheduled_duration = "2592000s"
  labels                     = var.labels
  deletion_policy            = var.guarded ? "PREVENT" : "DELETE"

  version_template {
    algorithm        = "GOOGLE_SYMMETRIC_ENCRYPTION"
    protection_level = var.protection_level
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_kms_crypto_key_iam_member" "agent" {
  for_each = local.grants

  crypto_key_id = google_kms_crypto_key.this[each.value.key].id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  # BigQuery's agent alone is named differently.
  member = "serviceAccount:${each.value.agent == "bigquery-encryption" ? "bq" : "service"}-${var.project_number}@${each.value.agent}.iam.gserviceaccount.com"
}
