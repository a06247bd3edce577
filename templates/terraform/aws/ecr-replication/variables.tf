variable "account_id" {
  description = "Account that holds the resources."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account's id has twelve digits."
  }
}

variable "destinations" {
  description = "Regions that get the images."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.destinations) > 0 && length(var.destinations) <= 25
    error_message = "ECR replicates to 1 to 25 destinations."
  }
}

variable "prefixes" {
  description = "What the names of replicated repositories begin with, without the slash."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.prefixes) > 0 && length(var.prefixes) <= 100
    error_message = "At least one prefix, at most 100: nothing else is sent."
  }
}
