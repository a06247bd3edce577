# Keys of one region, each with an alias that is a function of names.

module "policy" {
  source = "../kms-policy"

  account_id = var.account_id
  region     = var.region
  keys       = var.keys
}

resource "aws_kms_key" "this" {
  for_each = var.keys

  description             = "${var.name} ${each.key}"
  multi_region            = false
  enable_key_rotation     = true
  rotation_period_in_days = var.rotation_days
  deletion_window_in_days = var.deletion_days
  policy                  = module.policy.policies[each.key]

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "this" {
  for_each = var.keys

  name          = "alias/${var.name}-${each.key}"
  target_key_id = aws_kms_key.this[each.key].key_id
}
