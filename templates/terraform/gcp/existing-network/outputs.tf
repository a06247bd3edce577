output "network_id" {
  description = "Id of the network: projects/P/global/networks/NAME."
  value       = "projects/${var.project_id}/global/networks/${data.google_compute_network.this.name}"
}

output "network_name" {
  description = "Name of the network."
  value       = data.google_compute_network.this.name
}

output "subnetwork_ids" {
  description = "Ids of the subnetworks by region."
  value       = { for region, subnetwork in data.google_compute_subnetwork.this : region => subnetwork.id }
}
