output "cluster_name" {
  description = "Name of the cluster."
  value       = data.google_container_cluster.this.name
}

output "cluster_id" {
  description = "Id of the cluster: projects/P/locations/REGION/clusters/NAME."
  value       = "projects/${var.project_id}/locations/${var.location}/clusters/${data.google_container_cluster.this.name}"
}
