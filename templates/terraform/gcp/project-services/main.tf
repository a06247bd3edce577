# Enables the APIs that the system's resources need, and leaves them on when it goes.

resource "google_project_service" "this" {
  for_each = var.services

  project            = var.project_id
  service            = each.key
  disable_on_destroy = false
}
