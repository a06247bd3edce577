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

run "turns_to_a_backup" {
  command = plan

  variables {
    hosts = {
      "api.example.com" = {
        address            = "192.0.2.1"
        ttl_seconds        = 30
        certificate_record = { name = "_acme.api.example.com.", type = "CNAME", data = "x.authorize.example." }
        failover = {
          health_check_id = "projects/shop-prod/global/healthChecks/shop-api-dns"
          backups = {
            us-central1  = { address = "192.0.2.2", certificate_record = { name = "_acme_us.api.example.com.", type = "CNAME", data = "y.authorize.example." } }
            europe-west1 = { address = "192.0.2.3", certificate_record = { name = "_acme_eu.api.example.com.", type = "CNAME", data = "z.authorize.example." } }
          }
        }
      }
    }
  }

  assert {
    condition     = google_dns_record_set.host["api.example.com"].routing_policy[0].primary_backup[0].primary[0].external_endpoints == tolist(["192.0.2.1"])
    error_message = "The global load balancer comes first."
  }

  assert {
    condition     = [for b in google_dns_record_set.host["api.example.com"].routing_policy[0].primary_backup[0].backup_geo : b.location] == ["europe-west1", "us-central1"]
    error_message = "Each region's load balancer is a backup."
  }

  assert {
    condition     = length(google_dns_record_set.backup_certificate) == 2
    error_message = "The backups' certificates need their records."
  }
}
