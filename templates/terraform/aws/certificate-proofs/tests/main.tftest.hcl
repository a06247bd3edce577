mock_provider "aws" {
  mock_resource "aws_acm_certificate" {
    defaults = {
      domain_validation_options = [
        { domain_name = "api.example.com", resource_record_name = "_1.api.example.com.", resource_record_type = "CNAME", resource_record_value = "_2.acm-validations.aws." },
      ]
    }
  }
}

variables {
  hosts = { "api.example.com" = "Z0123456789" }
}

run "proves_a_host_in_its_zone" {
  command = apply

  assert {
    condition     = aws_route53_record.this["api.example.com"].name == "_1.api.example.com." && aws_route53_record.this["api.example.com"].zone_id == "Z0123456789"
    error_message = "Every host is proved where it is."
  }
}

run "refuses_a_host_that_names_no_certificate" {
  command = plan

  variables {
    hosts = { "a-host-of-more-than-sixty-four-characters-in-all-its-labels.shop.example.com" = "Z0123456789" }
  }

  expect_failures = [var.hosts]
}
