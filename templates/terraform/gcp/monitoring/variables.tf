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
  description = "Prefix of the names of resources."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$", var.name))
    error_message = "At most 40 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "channels" {
  description = "Where people are told, by name: the kind (email, slack, pagerduty, webhook) and the address (unused for pagerduty)."
  type = map(object({
    kind    = string
    address = string
  }))
  nullable = false

  validation {
    condition     = alltrue([for c in values(var.channels) : contains(["email", "slack", "pagerduty", "webhook"], c.kind)])
    error_message = "A channel is email, slack, pagerduty or webhook."
  }
}

variable "channel_secrets" {
  description = "Slack tokens and PagerDuty integration keys, by channel; they reach no state."
  type        = map(string)
  sensitive   = true
  ephemeral   = true
  nullable    = false

  validation {
    condition     = alltrue([for name, channel in var.channels : !contains(["slack", "pagerduty"], channel.kind) || contains(keys(var.channel_secrets), name)])
    error_message = "Each channel of Slack or PagerDuty needs a secret in channel_secrets: a token or an integration key."
  }
}

variable "channel_secrets_version" {
  description = "Goes up by one whenever a secret of a channel changes."
  type        = string
  default     = "1"
  nullable    = false
}

variable "log_metrics" {
  description = "Metrics counted from logs, by name: a filter and what it counts."
  type = map(object({
    description = string
    filter      = string
  }))
  default  = {}
  nullable = false
}

variable "alerts" {
  description = "Alert policies by name: a PromQL condition, pending period, notification channels, and the runbook."
  type = map(object({
    summary          = string
    documentation    = string
    runbook          = string
    severity         = string
    query            = string
    duration_seconds = number
    channels         = list(string)
  }))
  nullable = false

  validation {
    condition     = alltrue([for a in values(var.alerts) : contains(["CRITICAL", "ERROR", "WARNING"], a.severity)])
    error_message = "A severity is CRITICAL, ERROR or WARNING."
  }

  validation {
    condition     = alltrue([for a in values(var.alerts) : a.duration_seconds % 30 == 0])
    error_message = "A duration is a multiple of the 30 seconds between evaluations."
  }

  validation {
    condition     = alltrue([for a in values(var.alerts) : length(a.documentation) <= 8192])
    error_message = "Documentation has at most 8192 characters."
  }
}

variable "dashboards" {
  description = "Dashboards by name, as the JSON of the Monitoring API."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for d in values(var.dashboards) : can(jsondecode(d))])
    error_message = "A dashboard is JSON."
  }
}

variable "labels" {
  description = "Labels on every resource that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}
