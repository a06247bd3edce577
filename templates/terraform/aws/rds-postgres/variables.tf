variable "name" {
  description = "Identifier of the instance; it begins the names of what belongs to it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length(var.name) <= 52
    error_message = "At most 52 lower-case letters, digits and single dashes, beginning with a letter: names made from it may have 64."
  }
}

variable "engine_version" {
  description = "Version of PostgreSQL; a major version alone takes its newest minor one."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{2}(\\.[0-9]+)?$", var.engine_version))
    error_message = "A version such as 16 or 16.8."
  }
}

variable "instance_class" {
  description = "Class of the instance, such as db.r6g.xlarge."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^db\\.[a-z0-9]+\\.[a-z0-9]+$", var.instance_class))
    error_message = "A class such as db.r6g.xlarge."
  }
}

variable "storage_gb" {
  description = "Storage in GiB; it grows by itself to four times as much."
  type        = number
  nullable    = false

  validation {
    condition     = var.storage_gb >= 20 && var.storage_gb <= 16384
    error_message = "gp3 storage is 20 to 65536 GiB, of which a quarter is given here."
  }
}

variable "username" {
  description = "Name of the administrator; its password lies in Secrets Manager."
  type        = string
  default     = "administrator"
  nullable    = false
}

variable "vpc_id" {
  description = "VPC of the instance."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Private subnets in at least two zones."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "A standby needs a second zone."
  }
}

variable "client_cidrs" {
  description = "Ranges that may connect, by what they are."
  type        = map(string)
  nullable    = false
}

variable "peer_cidrs" {
  description = "Ranges of the instances that this one subscribes to, by what they are."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "kms_key_arn" {
  description = "Key of storage, backups, insights and the administrator's password, in this region."
  type        = string
  nullable    = false
}

variable "logs_kms_key_arn" {
  description = "Key of the logs, in this region; CloudWatch Logs must be allowed to use it."
  type        = string
  nullable    = false
}

variable "backup_days" {
  description = "Days that any moment can be restored from."
  type        = number
  nullable    = false

  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 35
    error_message = "RDS keeps 1 to 35 days; more is for AWS Backup."
  }
}

variable "backup_window" {
  description = "When the daily snapshot is taken, in UTC."
  type        = string
  default     = "03:00-04:00"
  nullable    = false
}

variable "maintenance_window" {
  description = "When changes that need a restart are made, in UTC; different in each region."
  type        = string
  default     = "tue:05:00-tue:06:00"
  nullable    = false
}

variable "logical" {
  description = "Logical replication by pglogical: how many databases take part, which of two concurrent writes stays, and how much log is kept for a region that is away. Null for none."
  type = object({
    databases           = number
    conflict_resolution = string
    keep_wal_mb         = number
  })
  default = null

  validation {
    condition     = var.logical == null ? true : contains(["error", "apply_remote", "keep_local", "last_update_wins", "first_update_wins"], var.logical.conflict_resolution)
    error_message = "pglogical knows error, apply_remote, keep_local, last_update_wins and first_update_wins."
  }
}

variable "replica_of" {
  description = "ARN of the instance in another region that this one copies physically; null for an instance of its own."
  type        = string
  default     = null
}

variable "conflicts" {
  description = "Where conflicts are counted: namespace and name of the metric, and the name of the saved query that shows them as a table. Null for none."
  type = object({
    namespace = string
    metric    = string
    table     = string
  })
  default = null
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
