variable "name" {
  description = "Name of the budget."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[^:\\\\]{1,100}$", var.name))
    error_message = "At most 100 characters without colon and backslash."
  }
}

variable "system" {
  description = "Value of the tag `system` on what is counted."
  type        = string
  nullable    = false
}

variable "amount" {
  description = "The budget of a month, in whole units of the currency."
  type        = number
  nullable    = false

  validation {
    condition     = var.amount > 0
    error_message = "More than nothing."
  }
}

variable "currency" {
  description = "The currency of the account's bill."
  type        = string
  default     = "USD"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Z]{3}$", var.currency))
    error_message = "Three letters, such as USD."
  }
}

variable "thresholds" {
  description = "Percent of the budget at which people are told."
  type        = set(number)
  default     = [50, 80, 100]
  nullable    = false

  validation {
    condition     = length(var.thresholds) > 0 && length(var.thresholds) <= 4 && alltrue([for t in var.thresholds : t > 0])
    error_message = "One to four percentages: a budget has five messages, and one is for the forecast."
  }
}

variable "topic_arn" {
  description = "Topic that is told; Budgets must be allowed to publish to it."
  type        = string
  nullable    = false
}
