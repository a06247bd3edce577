variables {
  account_id = "123456789012"
  region     = "us-east-1"
  keys = {
    logs   = { services = ["logs.us-east-1.amazonaws.com"] }
    alarms = { services = ["cloudwatch.amazonaws.com"] }
    disk   = { roles = ["arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"] }
    data   = {}
  }
}

run "lets_in_whom_it_names" {
  command = plan

  assert {
    condition     = length(jsondecode(output.policies["data"]).Statement) == 1
    error_message = "A key that nobody asked for more is for the account alone."
  }

  assert {
    condition     = jsondecode(output.policies["logs"]).Statement[1].Condition.ArnLike["kms:EncryptionContext:aws:logs:arn"] == "arn:aws:logs:us-east-1:123456789012:log-group:*"
    error_message = "CloudWatch Logs may use a key for groups of this account only."
  }

  assert {
    condition     = jsondecode(output.policies["alarms"]).Statement[1].Principal.Service == "cloudwatch.amazonaws.com"
    error_message = "Alarms must be able to publish to encrypted topics."
  }

  assert {
    condition     = jsondecode(output.policies["disk"]).Statement[2].Condition.Bool["kms:GrantIsForAWSResource"] == "true"
    error_message = "Roles may grant only to services of AWS."
  }
}

run "refuses_a_service_that_is_none" {
  command = plan

  variables {
    keys = { data = { services = ["rds"] } }
  }

  expect_failures = [var.keys]
}
