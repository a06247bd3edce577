# AWS Backup of moto has vaults, locks and plans, but no selections, policies and notifications.

resource "aws_backup_selection" "this" {
  for_each = {}
}

resource "aws_backup_vault_policy" "this" {
  count = 0
}

resource "aws_backup_vault_notifications" "this" {
  count = 0
}
