mock_provider "aws" {}

variables {
  account_id   = "123456789012"
  destinations = ["us-west-2"]
  prefixes     = ["shop"]
}

run "sends_only_what_is_its_own" {
  command = plan

  assert {
    condition     = aws_ecr_replication_configuration.this.replication_configuration[0].rule[0].repository_filter[0].filter == "shop/"
    error_message = "Repositories of other systems stay where they are."
  }

  assert {
    condition     = [for d in aws_ecr_replication_configuration.this.replication_configuration[0].rule[0].destination : d.region] == ["us-west-2"]
    error_message = "Images go to the named regions."
  }
}

run "refuses_to_send_everything" {
  command = plan

  variables {
    prefixes = []
  }

  expect_failures = [var.prefixes]
}
