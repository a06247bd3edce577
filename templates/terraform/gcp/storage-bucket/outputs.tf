output "name" {
  description = "Name of the bucket."
  value       = google_storage_bucket.this.name
}

output "url" {
  description = "Address of the bucket: gs://NAME."
  value       = google_storage_bucket.this.url
}
