# What one region's registry sends to others. A registry has one such configuration, whatever systems share the account: name this one's prefix and nobody else's. Only images pushed later are sent.

resource "aws_ecr_replication_configuration" "this" {
  replication_configuration {
    rule {
      dynamic "destination" {
        for_each = var.destinations

        content {
          region      = destination.value
          registry_id = var.account_id
        }
      }

      dynamic "repository_filter" {
        for_each = var.prefixes

        content {
          filter      = "${repository_filter.value}/"
          filter_type = "PREFIX_MATCH"
        }
      }
    }
  }
}
