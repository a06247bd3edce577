output "jobs" {
  description = "Names of the jobs, which Google gives them."
  value       = { for name, job in google_storage_transfer_job.this : name => job.name }
}
