variable "project_id" {
  description = "Project that holds the resources."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "A project id has 6 to 30 lower-case letters, digits and dashes."
  }
}

variable "name" {
  description = "Name of the service."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,47}[a-z0-9])?$", var.name))
    error_message = "At most 49 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "region" {
  description = "Region of the resources."
  type        = string
  nullable    = false
}

variable "image" {
  description = "Container image with its tag or digest."
  type        = string
  nullable    = false
}

variable "service_account" {
  description = "E-mail address of the account that it runs as."
  type        = string
  nullable    = false
}

variable "behind_load_balancer" {
  description = "Whether requests come through a load balancer; then its own address is off."
  type        = bool
  nullable    = false
}

variable "instances" {
  description = "Fewest and most instances."
  type = object({
    min = number
    max = number
  })
  nullable = false

  validation {
    condition     = var.instances.min >= 1 && var.instances.max >= var.instances.min
    error_message = "At least one instance always runs: without one a region's health cannot be told, and nothing fails over."
  }
}

variable "concurrency" {
  description = "Requests that one instance handles at once."
  type        = number
  default     = 80
  nullable    = false

  validation {
    condition     = var.concurrency >= 1 && var.concurrency <= 1000
    error_message = "From 1 to 1000."
  }
}

variable "timeout_seconds" {
  description = "Seconds that a request may take."
  type        = number
  default     = 60
  nullable    = false
}

variable "port" {
  description = "Port that the container listens on."
  type        = number
  default     = 8080
  nullable    = false
}

variable "cpu" {
  description = "CPU of one instance: 1 or 1000m and more, because it stays allocated."
  type        = string
  default     = "1"
  nullable    = false
}

variable "memory" {
  description = "Memory of one instance."
  type        = string
  default     = "512Mi"
  nullable    = false
}

variable "start_seconds" {
  description = "Seconds that an instance may take to listen."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.start_seconds >= 1 && var.start_seconds <= 240
    error_message = "From 1 to 240."
  }
}

variable "readiness" {
  description = "The readiness probe, from which a region's health is told."
  type = object({
    path              = string
    period_seconds    = number
    timeout_seconds   = number
    failure_threshold = number
  })
  nullable = false

  validation {
    condition     = startswith(var.readiness.path, "/") && var.readiness.timeout_seconds <= var.readiness.period_seconds
    error_message = "The path begins with a slash, and the timeout is not longer than the period."
  }
}

variable "env" {
  description = "Environment variables."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "secret_env" {
  description = "Environment variables whose value is the newest version of a secret, given by its id."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "audiences" {
  description = "Audiences beside its own address that callers' tokens may name."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "invokers" {
  description = "IAM members that may call it, by a name of their own."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setintersection(values(var.invokers), ["allUsers", "allAuthenticatedUsers"])) == 0
    error_message = "A public service says so by public; members are named."
  }
}

variable "public" {
  description = "Whether everybody behind the load balancer may call it."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.public || var.behind_load_balancer
    error_message = "Without a load balancer in front the service may not be public."
  }
}

variable "labels" {
  description = "Labels on every resource that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "guarded" {
  description = "Whether deletion is refused; off once what it holds may go."
  type        = bool
  default     = true
  nullable    = false
}
