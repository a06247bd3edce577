mock_provider "aws" {}

variables {
  account_id  = "123456789012"
  region      = "us-east-1"
  name        = "shop-operations"
  kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  publishers  = ["cloudwatch.amazonaws.com", "events.amazonaws.com"]
  emails      = { operations = "ops@shop.example.com" }
}

run "is_encrypted_and_knows_its_publishers" {
  command = plan

  assert {
    condition     = aws_sns_topic.this.kms_master_key_id == var.kms_key_arn
    error_message = "Messages are encrypted with a key of ours."
  }

  assert {
    condition     = [for s in jsondecode(aws_sns_topic_policy.this.policy).Statement : s.Sid] == ["Account", "TlsOnly", "PublishCloudwatch", "PublishEvents"]
    error_message = "Only named services publish."
  }

  assert {
    condition     = aws_sns_topic_subscription.email["operations"].endpoint == "ops@shop.example.com"
    error_message = "People are told."
  }
}

run "refuses_an_open_web_hook" {
  command = plan

  variables {
    webhooks = { chat = "http://chat.example.com/hook" }
  }

  expect_failures = [var.webhooks]
}
