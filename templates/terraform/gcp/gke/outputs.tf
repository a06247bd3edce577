output "cluster_name" {
  description = "Name of the cluster: the prefix itself."
  value       = google_container_cluster.this.name
}

output "cluster_id" {
  description = "Id of the cluster: projects/P/locations/REGION/clusters/NAME."
  value       = google_container_cluster.this.id
}

output "membership_id" {
  description = "Id of the fleet membership: projects/P/locations/REGION/memberships/NAME."
  value       = google_container_cluster.this.fleet[0].membership
}
