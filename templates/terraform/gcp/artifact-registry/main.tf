# The container images of the system, in one repository that outlives any one region.

resource "google_artifact_registry_repository" "this" {
  project         = var.project_id
  location        = var.location
  repository_id   = var.name
  description     = "Container images of ${var.name}"
  format          = "DOCKER"
  kms_key_name    = var.kms_key_id
  deletion_policy = "PREVENT"
  labels          = var.labels

  docker_config {
    immutable_tags = true
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_artifact_registry_repository_iam_member" "reader" {
  for_each = var.readers

  project    = var.project_id
  location   = google_artifact_registry_repository.this.location
  repository = google_artifact_registry_repository.this.name
  role       = "roles/artifactregistry.reader"
  member     = each.value
}
