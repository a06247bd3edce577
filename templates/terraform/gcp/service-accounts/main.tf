# Service accounts with the project roles that they need, some under a condition.

locals {
  roles = merge([
    for id, account in var.accounts : { for role in account.roles : "${id}/${role}" => { id = id, role = role } }
  ]...)
  conditional = merge([
    for id, account in var.accounts : { for grant in account.conditional_roles : "${id}/${grant.title}" => { id = id, grant = grant } }
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
