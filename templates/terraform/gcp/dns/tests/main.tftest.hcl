mock_provider "google" {}

variables {
  project_id = "shop-prod"
  name       = "shop"
  domain     = "example.com"
  hosts = {
    "api.example.com" = {
      address            = "192.0.2.1"
      ttl_seconds        = 60
      certificate_record = { name = "_acme.api.example.com.", type = "CNAME", data = "x.authorize.example." }
    }
  }
}

run "signs_the_zone" {
  command = plan

  assert {
    condition     = google_dns_managed_zone.this["this"].dnssec_config[0].state == "on"
    error_message = "The zone must be signed."
  }
}

run "uses_a_zone_that_is_there" {
  command = plan

  variables {
    existing_zone = "example-com"
  }

  assert {
    condition     = length(google_dns_managed_zone.this) == 0 && google_dns_record_set.host["api.example.com"].managed_zone == "example-com"
    error_message = "No second zone beside the existing one."
  }
}
