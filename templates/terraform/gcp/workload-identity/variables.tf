variable "project_id" {
  description = "Project that holds the resources."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "A project id has 6 to 30 lower-case letters, digits and dashes."
  }
}

variable "bindings" {
  description = "The Kubernetes service account that acts as each Google one, by the id of the latter."
  type = map(object({
    namespace = string
    name      = string
  }))
  nullable = false

  validation {
    condition     = alltrue([for id in keys(var.bindings) : can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", id))])
    error_message = "An account id has 6 to 30 lower-case letters, digits and dashes."
  }
}
