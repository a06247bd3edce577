mock_provider "google" {}

run "keeps_tags_as_they_are" {
  command = plan

  variables {
    project_id = "shop-prod"
    name       = "shop"
    location   = "us"
    kms_key_id = "projects/shop-prod/locations/us/keyRings/r/cryptoKeys/k"
  }

  assert {
    condition     = google_artifact_registry_repository.this.docker_config[0].immutable_tags
    error_message = "A tag must never mean two images."
  }
}
