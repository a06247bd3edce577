variable "name" {
  description = "Identifier of the cluster; it begins the names of what belongs to it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length(var.name) <= 52
    error_message = "At most 52 lower-case letters, digits and single dashes, beginning with a letter: names made from it may have 64."
  }
}

variable "global_cluster_id" {
  description = "Global database that the cluster joins."
  type        = string
  nullable    = false
}

variable "writer" {
  description = "Whether this cluster is the first to write; the others must be made after it."
  type        = bool
  nullable    = false
}

variable "engine_version" {
  description = "Version of Aurora PostgreSQL, as the global database has it."
  type        = string
  nullable    = false
}

variable "instance_class" {
  description = "Class of the instances, such as db.r6g.xlarge."
  type        = string
  nullable    = false
}

variable "instances" {
  description = "How many instances; two stand in two zones."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.instances >= 1 && var.instances <= 16
    error_message = "A cluster has 1 to 16 instances."
  }
}

variable "master_password" {
  description = "First password of the administrator, of the writer only; it reaches no state."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true
}

variable "stop_writes_seconds" {
  description = "Lag of all other regions at which commits wait; null for never."
  type        = number
  default     = null

  validation {
    condition     = var.stop_writes_seconds == null ? true : var.stop_writes_seconds >= 20
    error_message = "rds.global_db_rpo is 20 seconds at least."
  }
}

variable "vpc_id" {
  description = "VPC of the cluster."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Private subnets in at least two zones."
  type        = list(string)
  nullable    = false
}

variable "client_cidrs" {
  description = "Ranges that may connect, by what they are."
  type        = map(string)
  nullable    = false
}

variable "kms_key_arn" {
  description = "Key of storage, backups and insights, in this region."
  type        = string
  nullable    = false
}

variable "backup_days" {
  description = "Days that any moment can be restored from."
  type        = number
  nullable    = false

  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 35
    error_message = "Aurora keeps 1 to 35 days."
  }
}

variable "guarded" {
  description = "Whether deletion is refused; off once what it holds may go."
  type        = bool
  default     = true
  nullable    = false
}

variable "timeouts" {
  description = "How long Terraform waits for its slowest resources; the provider's own times if left out."
  type = object({
    create = optional(string)
    update = optional(string)
    delete = optional(string)
  })
  default = null

  validation {
    condition     = var.timeouts == null ? true : alltrue([for time in values(var.timeouts) : time == null ? true : can(regex("^[0-9]+[smh]$", time))])
    error_message = "Times such as 90m."
  }
}
