# The pipeline that carries changes between Firestore databases: Firestore has no replicas that a user can place, so a worker applies them.

module "queue" {
  source = "../pubsub"

  project_id                    = var.project_id
  project_number                = var.project_number
  name                          = var.name
  regions                       = var.regions
  kms_key_id                    = var.kms_key_id
  retention_seconds             = var.retention_seconds
  dead_letter_retention_seconds = var.dead_letter_retention_seconds
  ack_deadline_seconds          = var.ack_deadline_seconds
  max_delivery_attempts         = var.max_delivery_attempts
  minimum_backoff_seconds       = var.minimum_backoff_seconds
  # Vector clocks order the changes; ordered delivery would pin them to one region.
  ordered    = false
  push       = var.push
  publishers = var.publishers
  labels     = var.labels
  guarded    = var.guarded
}

# The worker reads and writes the databases that it keeps alike, and no others.
resource "google_project_iam_member" "worker" {
  for_each = var.workers

  project = var.project_id
  role    = "roles/datastore.user"
  member  = each.value

  condition {
    title       = "${var.name}-databases"
    description = "Only the databases that ${var.name} keeps alike"
    expression  = join(" || ", [for id in sort(var.database_ids) : "resource.name == \"projects/${var.project_id}/databases/${id}\""])
  }
}
