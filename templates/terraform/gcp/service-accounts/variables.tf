variable "project_id" {
  description = "Project that holds the resources."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "A project id has 6 to 30 lower-case letters, digits and dashes."
  }
}

variable "accounts" {
  description = "Accounts by id, each with its project roles and roles under an IAM condition."
  type = map(object({
    display_name = string
    roles        = optional(set(string), [])
    conditional_roles = optional(list(object({
      title      = string
      role       = string
      expression = string
    })), [])
  }))
  nullable = false

  validation {
    condition     = alltrue([for id in keys(var.accounts) : can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", id))])
    error_message = "An account id has 6 to 30 lower-case letters, digits and dashes."
  }

  validation {
    condition     = alltrue([for a in values(var.accounts) : !contains(a.roles, "roles/owner") && !contains(a.roles, "roles/editor")])
    error_message = "Name the roles that are needed instead of roles/owner or roles/editor."
  }
}
