variable "name" {
  description = "Prefix of the names of alarms."
  type        = string
  nullable    = false
}

variable "alarms" {
  description = "Conditions over a metric, by name. `missing` says what silence means: breaching for what must be alive."
  type = map(object({
    description    = string
    namespace      = string
    metric         = string
    dimensions     = optional(map(string), {})
    statistic      = string
    comparison     = string
    threshold      = number
    period_seconds = optional(number, 60)
    periods        = optional(number, 1)
    missing        = optional(string, "missing")
  }))
  nullable = false

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : contains(["GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"], alarm.comparison)])
    error_message = "A comparison is GreaterThanOrEqualToThreshold, GreaterThanThreshold, LessThanThreshold or LessThanOrEqualToThreshold."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : contains(["SampleCount", "Average", "Sum", "Minimum", "Maximum"], alarm.statistic)])
    error_message = "A statistic is SampleCount, Average, Sum, Minimum or Maximum."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : contains(["missing", "ignore", "breaching", "notBreaching"], alarm.missing)])
    error_message = "Missing data is missing, ignore, breaching or notBreaching."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : alarm.period_seconds >= 60 && alarm.period_seconds % 60 == 0])
    error_message = "A period is whole minutes."
  }
}

variable "composites" {
  description = "Alarms over those above, by name: any of them, or all."
  type = map(object({
    description = string
    of          = list(string)
    all         = optional(bool, false)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for composite in values(var.composites) : length(composite.of) > 0 && alltrue([for alarm in composite.of : contains(keys(var.alarms), alarm)])])
    error_message = "A composite alarm names alarms of the same call: it can see only those of its own region."
  }
}

variable "topic_arns" {
  description = "Topics of this region that are told."
  type        = list(string)
  nullable    = false
}
