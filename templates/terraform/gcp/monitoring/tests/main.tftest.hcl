mock_provider "google" {}

variables {
  project_id      = "shop-prod"
  name            = "shop"
  channels        = { ops = { kind = "email", address = "ops@example.com" }, oncall = { kind = "pagerduty", address = "" } }
  channel_secrets = { oncall = "not-a-real-key" }
  alerts = {
    lag = {
      summary          = "High replication lag"
      documentation    = "See the runbook."
      runbook          = "https://runbooks.example.com/lag"
      severity         = "CRITICAL"
      query            = "max(replication_lag_seconds) > 30"
      duration_seconds = 60
      channels         = ["ops", "oncall"]
    }
  }
}

run "links_the_runbook" {
  command = plan

  assert {
    condition     = google_monitoring_alert_policy.this["lag"].documentation[0].links[0].url == "https://runbooks.example.com/lag"
    error_message = "Whoever is paged must find the runbook."
  }
}

run "refuses_a_channel_without_its_secret" {
  command = plan

  variables {
    channel_secrets = {}
  }

  expect_failures = [var.channel_secrets]
}

run "refuses_an_odd_duration" {
  command = plan

  variables {
    alerts = {
      lag = { summary = "s", documentation = "d", runbook = "https://r", severity = "WARNING", query = "up", duration_seconds = 45, channels = [] }
    }
  }

  expect_failures = [var.alerts]
}
