# Who signs in to a Redis of one region on ElastiCache: services, by their IAM roles, as one user. There is no password, so none lies in a state.

locals {
  # Redis ends at 7.1 on ElastiCache; later versions are Valkey's.
  engine = tonumber(join(".", slice(split(".", "${var.engine_version}.0"), 0, 2))) > 7.1 ? "valkey" : "redis"
}

# Who gives no name is this user, and a group of Redis must have one: it is off.
resource "aws_elasticache_user" "default" {
  user_id       = "${var.name}-default"
  user_name     = "default"
  engine        = local.engine
  access_string = "off ~keys* -@all +get"

  authentication_mode {
    type = "no-password-required"
  }
}

# Id and name are the same, as signing in by role demands.
resource "aws_elasticache_user" "services" {
  user_id       = var.name
  user_name     = var.name
  engine        = local.engine
  access_string = "on ~* +@all -@admin -@dangerous +info"

  authentication_mode {
    type = "iam"
  }
}

resource "aws_elasticache_user_group" "this" {
  user_group_id = var.name
  engine        = local.engine
  user_ids      = [aws_elasticache_user.default.user_id, aws_elasticache_user.services.user_id]
}
