# Lets Kubernetes service accounts act as Google ones. Its own module, because the identity pool exists only once the project has a cluster.

resource "google_service_account_iam_member" "this" {
  for_each = var.bindings

  service_account_id = "projects/${var.project_id}/serviceAccounts/${each.key}@${var.project_id}.iam.gserviceaccount.com"
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:${var.project_id}.svc.id.goog[${each.value.namespace}/${each.value.name}]"
}
