output "subnetwork_id" {
  description = "Id of the subnetwork."
  value       = google_compute_subnetwork.this.id
}
