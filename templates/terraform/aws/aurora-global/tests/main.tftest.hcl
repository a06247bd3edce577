mock_provider "aws" {}

variables {
  name           = "shop-main"
  engine_version = "16.6"
}

run "is_not_deleted_by_mistake" {
  command = plan

  assert {
    condition     = aws_rds_global_cluster.this.deletion_protection && aws_rds_global_cluster.this.storage_encrypted
    error_message = "It holds data of every region."
  }
}

run "refuses_a_double_dash" {
  command = plan

  variables {
    name = "shop--main"
  }

  expect_failures = [var.name]
}
