# Backups of a region's stores: a vault under a key of ours, a plan for each store, copies in vaults of other regions, and a lock against deletion where it is asked for.

locals {
  vault = var.vault_name
}

resource "aws_backup_vault" "this" {
  name          = local.vault
  kms_key_arn   = var.kms_key_arn
  force_destroy = !var.guarded

  lifecycle {
    prevent_destroy = true
  }
}

# Without `changeable_for_days` an account's administrator can still take the lock away; with it, nobody ever can.
resource "aws_backup_vault_lock_configuration" "this" {
  count = var.lock == null ? 0 : 1

  backup_vault_name   = aws_backup_vault.this.name
  min_retention_days  = var.lock.min_days
  max_retention_days  = var.lock.max_days
  changeable_for_days = var.lock.changeable_for_days
}

resource "aws_backup_vault_notifications" "this" {
  backup_vault_name   = aws_backup_vault.this.name
  sns_topic_arn       = var.topic_arn
  backup_vault_events = ["BACKUP_JOB_FAILED", "BACKUP_JOB_EXPIRED", "COPY_JOB_FAILED", "RESTORE_JOB_COMPLETED"]
}

resource "aws_backup_vault_policy" "this" {
  backup_vault_name = aws_backup_vault.this.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OwnAccountOnly"
      Effect    = "Deny"
      Action    = "backup:CopyIntoBackupVault"
      Resource  = "*"
      Principal = "*"
      Condition = { StringNotEquals = { "aws:PrincipalAccount" = var.account_id } }
    }]
  })
}

resource "aws_backup_plan" "this" {
  for_each = var.plans

  name = "${var.name}-${each.key}"

  rule {
    rule_name         = each.key
    target_vault_name = aws_backup_vault.this.name
    schedule          = each.value.schedule
    # Minutes in which a job must begin, and end.
    start_window      = 60
    completion_window = each.value.completion_minutes

    lifecycle {
      delete_after = each.value.keep_days
    }

    dynamic "copy_action" {
      for_each = each.value.copy_to_vault_arns

      content {
        destination_vault_arn = copy_action.value

        lifecycle {
          delete_after = each.value.keep_days
        }
      }
    }
  }
}

resource "aws_backup_selection" "this" {
  for_each = var.plans

  name         = each.key
  plan_id      = aws_backup_plan.this[each.key].id
  iam_role_arn = aws_iam_role.this.arn
  resources    = each.value.resource_arns

  depends_on = [aws_iam_role_policy_attachment.this]
}

resource "aws_iam_role" "this" {
  name        = var.role_name
  description = "AWS Backup of ${var.name} in ${var.region}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "backup.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = toset(["AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForRestores"])

  role       = aws_iam_role.this.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/${each.key}"
}
