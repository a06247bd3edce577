variable "account_id" {
  description = "Account that holds the resources."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account's id has twelve digits."
  }
}

variable "region" {
  description = "Region of the resources, the provider's own."
  type        = string
  nullable    = false
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

variable "vault_name" {
  description = "Name of the vault, alike in no two regions, so that copies can name it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{2,50}$", var.vault_name))
    error_message = "From 2 to 50 letters, digits, dashes and underscores."
  }
}

variable "role_name" {
  description = "Name of the IAM role that makes backups; names of roles are shared by all regions."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.role_name))
    error_message = "At most 64 letters, digits and +=,.@_-."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts the vault, in this region. A vault keeps its key for ever."
  type        = string
  nullable    = false
}

variable "plans" {
  description = "Plans by the name of a store: when, how long a job may take and a backup is kept, what is backed up, and the vaults of other regions that get copies."
  type = map(object({
    schedule           = string
    completion_minutes = optional(number, 480)
    keep_days          = number
    resource_arns      = set(string)
    copy_to_vault_arns = optional(set(string), [])
  }))
  nullable = false

  validation {
    condition     = alltrue([for p in values(var.plans) : can(regex("^(cron|rate)\\(.+\\)$", p.schedule))])
    error_message = "A schedule such as cron(15 3 * * ? *)."
  }

  validation {
    condition     = alltrue([for p in values(var.plans) : length(p.resource_arns) > 0])
    error_message = "A plan that backs up nothing is a promise that nobody keeps."
  }

  validation {
    condition     = alltrue([for p in values(var.plans) : p.keep_days >= 1 && p.completion_minutes >= 120])
    error_message = "Backups are kept for a day at least, and may take two hours at least."
  }

  validation {
    condition     = var.lock == null ? true : alltrue([for p in values(var.plans) : p.keep_days >= var.lock.min_days && p.keep_days <= var.lock.max_days])
    error_message = "The vault's lock refuses backups that are kept for less or longer than it says."
  }
}

variable "lock" {
  description = "Shortest and longest time that backups are kept, enforced by the vault, and the days until the lock is final. Null for no lock; null days for one that can be taken away."
  type = object({
    min_days            = number
    max_days            = number
    changeable_for_days = optional(number)
  })
  default = null

  validation {
    condition     = var.lock == null ? true : var.lock.min_days >= 1 && var.lock.max_days >= var.lock.min_days && (var.lock.changeable_for_days == null ? true : var.lock.changeable_for_days >= 3)
    error_message = "At least one day, no shorter at most than at least, and three days until it is final."
  }
}

variable "topic_arn" {
  description = "Topic that is told of failed backups and finished restores."
  type        = string
  nullable    = false
}

variable "guarded" {
  description = "Whether deletion is refused; off once what it holds may go."
  type        = bool
  default     = true
  nullable    = false
}
