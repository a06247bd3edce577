# Multi-Region keys: the primaries in one region, replicas with the same key material in others. Called once for each region. Policies and aliases do not replicate; rotation does.

locals {
  primaries = var.primary_key_arns == null ? var.keys : {}
  replicas  = var.primary_key_arns == null ? {} : var.keys
}

module "policy" {
  source = "../kms-policy"

  account_id = var.account_id
  region     = var.region
  keys       = var.keys
}

resource "aws_kms_key" "primary" {
  for_each = local.primaries

  description             = "${var.name} ${each.key}, shared by regions"
  multi_region            = true
  enable_key_rotation     = true
  rotation_period_in_days = var.rotation_days
  deletion_window_in_days = var.deletion_days
  policy                  = module.policy.policies[each.key]

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_replica_key" "replica" {
  for_each = local.replicas

  description             = "${var.name} ${each.key}, shared by regions"
  primary_key_arn         = var.primary_key_arns[each.key]
  deletion_window_in_days = var.deletion_days
  policy                  = module.policy.policies[each.key]

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "this" {
  for_each = var.keys

  name          = "alias/${var.name}-shared-${each.key}"
  target_key_id = var.primary_key_arns == null ? aws_kms_key.primary[each.key].key_id : aws_kms_replica_key.replica[each.key].key_id
}
