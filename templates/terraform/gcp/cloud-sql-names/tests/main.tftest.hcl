mock_provider "google" {}

variables {
  project_id = "shop-prod"
  name       = "shop-orders"
  domain     = "orders.internal"
  network_id = "projects/shop-prod/global/networks/shop"
  addresses  = { us-east1 = "10.2.16.2", us-west1 = "10.6.16.2" }
}

run "names_every_region" {
  command = plan

  assert {
    condition     = google_dns_record_set.region["us-west1"].name == "us-west1.orders.internal." && google_dns_managed_zone.this.visibility == "private"
    error_message = "Every region has a name, inside of the network alone."
  }

  assert {
    condition     = length(google_dns_record_set.writer) == 0
    error_message = "Instances that stand apart have no writer."
  }
}

run "leads_to_the_writer" {
  command = plan

  variables {
    writer = { address = "10.2.16.2", ttl_seconds = 30 }
  }

  assert {
    condition     = google_dns_record_set.writer["writer"].name == "writer.orders.internal." && google_dns_record_set.writer["writer"].ttl == 30 && one(google_dns_record_set.writer["writer"].rrdatas) == "10.2.16.2"
    error_message = "The writer's name leads to its address."
  }
}

run "refuses_a_writer_that_is_none_of_them" {
  command = plan

  variables {
    writer = { address = "10.9.16.2", ttl_seconds = 30 }
  }

  expect_failures = [var.writer]
}
