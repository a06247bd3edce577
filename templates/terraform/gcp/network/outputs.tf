output "network_id" {
  description = "Id of the network: projects/P/global/networks/NAME."
  value       = google_compute_network.this.id
}

output "network_name" {
  description = "Name of the network: the prefix itself."
  value       = google_compute_network.this.name
}

output "subnetwork_ids" {
  description = "Ids of the subnetworks by region; their names are PREFIX-REGION."
  value       = { for region, subnetwork in google_compute_subnetwork.this : region => subnetwork.id }
}
