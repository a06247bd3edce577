output "feature" {
  description = "The fleet's feature that clusters are members of."
  value       = var.make_feature ? google_gke_hub_feature.mesh["this"].name : local.feature
}
