output "registry" {
  description = "Prefix of image names: LOCATION-docker.pkg.dev/PROJECT/NAME."
  value       = "${var.location}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.this.repository_id}"
}
