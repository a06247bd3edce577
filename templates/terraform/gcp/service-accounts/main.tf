# Service accounts with the project roles that they need, and the Kubernetes service accounts that may act as them.

locals {
  roles = merge([
    for id, account in var.accounts : { for role in account.roles : "${id}/${role}" => { id = id, role = role } }
  ]...)
  conditional = merge([
    for id, account in var.accounts : { for grant in account.conditional_roles : "${id}/${grant.title}" => { id = id, grant = grant } }
  ]...)
  workloads = merge([
    for id, account in var.accounts : { for w in account.workloads : "${id}/${w.namespace}/${w.name}" => { id = id, workload = w } }
  ]...)
}

resource "google_service_account" "this" {
  for_each = var.accounts

  project      = var.project_id
  account_id   = each.key
  display_name = each.value.display_name
}

resource "google_project_iam_member" "role" {
  for_each = local.roles

  project = var.project_id
  role    = each.value.role
  member  = google_service_account.this[each.value.id].member
}

resource "google_project_iam_member" "conditional" {
  for_each = local.conditional

  project = var.project_id
  role    = each.value.grant.role
  member  = google_service_account.this[each.value.id].member

  condition {
    title      = each.value.grant.title
    expression = each.value.grant.expression
  }
}

resource "google_service_account_iam_member" "workload" {
  for_each = local.workloads

  service_account_id = google_service_account.this[each.value.id].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:${var.project_id}.svc.id.goog[${each.value.workload.namespace}/${each.value.workload.name}]"
}
