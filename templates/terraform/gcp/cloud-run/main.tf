# One Cloud Run service in one region, reachable only through the load balancer or by named callers.

resource "google_cloud_run_v2_service" "this" {
  project              = var.project_id
  name                 = var.name
  location             = var.region
  ingress              = var.behind_load_balancer ? "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" : "INGRESS_TRAFFIC_INTERNAL_ONLY"
  default_uri_disabled = var.behind_load_balancer
  custom_audiences     = var.audiences
  deletion_protection  = var.guarded
  labels               = var.labels
  # Public without a member allUsers, which organizations that share within their domains refuse.
  invoker_iam_disabled = var.public

  template {
    service_account                  = var.service_account
    timeout                          = "${var.timeout_seconds}s"
    max_instance_request_concurrency = var.concurrency

    scaling {
      min_instance_count = var.instances.min
      max_instance_count = var.instances.max
    }

    containers {
      image = var.image

      ports {
        container_port = var.port
      }

      resources {
        limits = {
          cpu    = var.cpu
          memory = var.memory
        }
        cpu_idle          = false
        startup_cpu_boost = true
      }

      dynamic "env" {
        for_each = var.env

        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = var.secret_env

        content {
          name = env.key

          value_source {
            secret_key_ref {
              secret  = env.value
              version = "latest"
            }
          }
        }
      }

      startup_probe {
        period_seconds    = 1
        timeout_seconds   = 1
        failure_threshold = var.start_seconds

        tcp_socket {
          port = var.port
        }
      }

      # Failing probes of all instances take the region out of the load balancer.
      readiness_probe {
        period_seconds    = var.readiness.period_seconds
        timeout_seconds   = var.readiness.timeout_seconds
        failure_threshold = var.readiness.failure_threshold

        http_get {
          path = var.readiness.path
          port = var.port
        }
      }
    }
  }

  lifecycle {
    # Scripts that change the service leave the name of their tool here.
    ignore_changes = [client, client_version]
  }
}

resource "google_cloud_run_v2_service_iam_member" "invoker" {
  for_each = var.invokers

  project  = var.project_id
  location = google_cloud_run_v2_service.this.location
  name     = google_cloud_run_v2_service.this.name
  role     = "roles/run.invoker"
  member   = each.value
}
