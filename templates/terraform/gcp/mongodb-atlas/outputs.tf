output "atlas_project_id" {
  description = "Id of the project in Atlas."
  value       = mongodbatlas_project.this.id
}

output "cluster_name" {
  description = "Name of the cluster."
  value       = mongodbatlas_advanced_cluster.this.name
}

output "electable_nodes" {
  description = "Nodes that vote, by Atlas' name of their region."
  value       = { for region in var.regions : region.name => region.electable if region.electable > 0 }
}
