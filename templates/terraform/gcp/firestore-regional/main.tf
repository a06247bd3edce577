# One Firestore database at one location, which is a region or a multi-region and never changes.

resource "google_firestore_database" "this" {
  project                           = var.project_id
  name                              = var.database_id
  location_id                       = var.location_id
  type                              = "FIRESTORE_NATIVE"
  concurrency_mode                  = "PESSIMISTIC"
  point_in_time_recovery_enablement = var.point_in_time_recovery ? "POINT_IN_TIME_RECOVERY_ENABLED" : "POINT_IN_TIME_RECOVERY_DISABLED"
  delete_protection_state           = var.guarded ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy                   = var.guarded ? "PREVENT" : "DELETE"

  cmek_config {
    kms_key_name = var.kms_key_id
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_firestore_backup_schedule" "daily" {
  for_each = toset(var.backup_retention_seconds == null || var.backup_weekly ? [] : ["daily"])

  project   = var.project_id
  database  = google_firestore_database.this.name
  retention = "${var.backup_retention_seconds}s"

  daily_recurrence {}
}

resource "google_firestore_backup_schedule" "weekly" {
  for_each = toset(var.backup_retention_seconds != null && var.backup_weekly ? ["weekly"] : [])

  project   = var.project_id
  database  = google_firestore_database.this.name
  retention = "${var.backup_retention_seconds}s"

  weekly_recurrence {
    day = "SUNDAY"
  }
}

resource "google_firestore_field" "ttl" {
  for_each = var.ttl_fields

  project    = var.project_id
  database   = google_firestore_database.this.name
  collection = each.key
  field      = each.value

  ttl_config {}
}
