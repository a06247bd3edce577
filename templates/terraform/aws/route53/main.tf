# The records of a host on several regions, on two levels of names: the host chooses a region by its policy, and below it weights can move that region's users elsewhere bit by bit.

locals {
  regions = keys(var.endpoints)

  shares = {
    for pair in setproduct(local.regions, local.regions) : "${pair[0]} to ${pair[1]}" => { from = pair[0], to = pair[1] }
  }
}

resource "aws_route53_record" "host" {
  for_each = var.endpoints

  zone_id        = var.zone_id
  name           = var.host
  type           = "CNAME"
  ttl            = var.ttl_seconds
  records        = ["${each.key}.shift.${var.host}"]
  set_identifier = each.key

  # Without a check here, the level below spreads a lost region's users over all others; with it, the policy chooses again.
  health_check_id = var.next_by_policy ? each.value.health_check_id : null

  dynamic "latency_routing_policy" {
    for_each = var.policy == "latency" ? [each.key] : []

    content {
      region = latency_routing_policy.value
    }
  }

  dynamic "weighted_routing_policy" {
    for_each = var.policy == "weighted" ? [each.value.weight] : []

    content {
      weight = weighted_routing_policy.value
    }
  }

  dynamic "failover_routing_policy" {
    for_each = var.policy == "failover" ? [each.value.primary] : []

    content {
      type = failover_routing_policy.value ? "PRIMARY" : "SECONDARY"
    }
  }
}

# Of a region's users all go to it, and none elsewhere, until somebody moves them. Records without weight are used when all others are unhealthy.
resource "aws_route53_record" "shift" {
  for_each = local.shares

  zone_id         = var.zone_id
  name            = "${each.value.from}.shift.${var.host}"
  type            = "CNAME"
  ttl             = var.ttl_seconds
  records         = [var.endpoints[each.value.to].host]
  set_identifier  = each.value.to
  health_check_id = var.endpoints[each.value.to].health_check_id

  weighted_routing_policy {
    weight = each.value.from == each.value.to ? 100 : 0
  }

  lifecycle {
    # Weights are moved by scripts/shift-traffic.sh; a plan must not move users back.
    ignore_changes = [weighted_routing_policy]
  }
}
