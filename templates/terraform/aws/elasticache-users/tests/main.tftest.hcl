mock_provider "aws" {}

variables {
  name           = "shop-sessions"
  engine_version = "7.1"
}

run "nobody_signs_in_without_a_name" {
  command = plan

  assert {
    condition     = aws_elasticache_user.default.user_name == "default" && startswith(aws_elasticache_user.default.access_string, "off ")
    error_message = "The default user must be off."
  }

  assert {
    condition     = contains(aws_elasticache_user_group.this.user_ids, "shop-sessions-default")
    error_message = "A group of Redis has the default user in it."
  }
}

run "services_sign_in_by_role" {
  command = plan

  assert {
    condition     = aws_elasticache_user.services.authentication_mode[0].type == "iam" && aws_elasticache_user.services.user_id == aws_elasticache_user.services.user_name
    error_message = "Signing in by role needs one word for id and name."
  }
}

run "follows_the_engine" {
  command = plan

  variables {
    engine_version = "8.0"
  }

  assert {
    condition     = aws_elasticache_user.services.engine == "valkey" && aws_elasticache_user_group.this.engine == "valkey"
    error_message = "A store of Valkey takes users of Valkey."
  }
}

run "refuses_an_engine_without_it" {
  command = plan

  variables {
    engine_version = "6.2"
  }

  expect_failures = [var.engine_version]
}
