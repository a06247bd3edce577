variable "project_id" {
  description = "Project that holds the resources."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "A project id has 6 to 30 lower-case letters, digits and dashes."
  }
}

variable "project_number" {
  description = "Number of the project, which names Google's agents."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{6,20}$", var.project_number))
    error_message = "A project number has only digits."
  }
}

variable "jobs" {
  description = "The buckets that are copied, by a name: from where, to where, and the prefixes that stay where they are."
  type = map(object({
    source     = string
    sink       = string
    leaves_out = optional(list(string), [])
  }))
  nullable = false

  validation {
    condition     = alltrue([for j in values(var.jobs) : j.source != j.sink])
    error_message = "A bucket is copied to another one."
  }

  validation {
    condition     = length([for a in values(var.jobs) : a if anytrue([for b in values(var.jobs) : a.source == b.sink && a.sink == b.source])]) == 0
    error_message = "Two buckets that copy each other would exchange concurrent writes for ever."
  }
}
