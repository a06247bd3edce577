output "backup_plan_ids" {
  description = "Ids of the backup plans by region: projects/P/locations/BACKUP_REGION/backupPlans/PREFIX-REGION."
  value       = { for region, plan in google_gke_backup_backup_plan.this : region => plan.id }
}

output "evidence_url" {
  description = "Address of the bucket with the records of drills and failovers."
  value       = module.evidence.url
}
