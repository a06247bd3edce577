# The records of a host on several regions, on two levels of names: the host chooses a region by its policy, and below it weights can move that region's users elsewhere bit by bit.

locals {
  regions = keys(var.endpoints)
  # DNS allows no CNAME at the top of a zone; an alias answers with the addresses of the load balancer.
  type  = var.apex ? "A" : "CNAME"
  shift = { for region in local.regions : region => "${region}.shift.${var.host}" }

  shares = {
    for pair in setproduct(local.regions, local.regions) : "${pair[0]} to ${pair[1]}" => { from = pair[0], to = pair[1] }
  }
}

resource "aws_route53_record" "host" {
  for_each = var.endpoints

  zone_id        = var.zone_id
  name           = var.host
  type           = local.type
  ttl            = var.apex ? null : var.ttl_seconds
  records        = var.apex ? null : [local.shift[each.key]]
  set_identifier = each.key

  # Without a check here, the level below spreads a lost region's users over all others; with it, the policy chooses again.
  health_check_id = var.next_by_policy ? each.value.health_check_id : null

  dynamic "alias" {
    for_each = var.apex ? [local.shift[each.key]] : []

    content {
      zone_id                = var.zone_id
      name                   = alias.value
      evaluate_target_health = true
    }
  }

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

  # Route 53 refuses an alias to a name that does not exist yet.
  depends_on = [aws_route53_record.shift]
}

# Of a region's users all go to it, and none elsewhere, until somebody moves them. Records without weight are used when all others are unhealthy.
resource "aws_route53_record" "shift" {
  for_each = local.shares

  zone_id         = var.zone_id
  name            = local.shift[each.value.from]
  type            = local.type
  ttl             = var.apex ? null : var.ttl_seconds
  records         = var.apex ? null : [var.endpoints[each.value.to].host]
  set_identifier  = each.value.to
  health_check_id = var.endpoints[each.value.to].health_check_id

  dynamic "alias" {
    for_each = var.apex ? [var.endpoints[each.value.to].host] : []

    content {
      zone_id                = var.zone_id
      name                   = alias.value
      evaluate_target_health = true
    }
  }

  weighted_routing_policy {
    weight = each.value.from == each.value.to ? 100 : 0
  }

  lifecycle {
    # Weights are moved by scripts/shift-traffic.sh; a plan must not move users back.
    ignore_changes = [weighted_routing_policy]
  }
}
