output "project_id" {
  description = "The project, known only after its APIs are on."
  value       = var.project_id
  depends_on  = [google_project_service.this]
}
