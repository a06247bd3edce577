variable "name" {
  description = "Id of the replication group; it begins the names of what belongs to it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length(var.name) <= 40
    error_message = "At most 40 lower-case letters, digits and single dashes, beginning with a letter."
  }
}

variable "follows" {
  description = "Whether the group follows the writer of a global group."
  type        = bool
  default     = false
  nullable    = false
}

variable "global_group_id" {
  description = "Global group that a follower joins; null for the writer."
  type        = string
  default     = null
}

variable "engine_version" {
  description = "Version of the engine: Redis up to 7.1, Valkey from 7.2 on. Of a writer that is made; later the global group decides."
  type        = string
  default     = "7.1"
  nullable    = false
}

variable "node_type" {
  description = "Type of the nodes; a global group needs M5, R5 or newer."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^cache\\.[mr][5-9]", var.node_type))
    error_message = "A type such as cache.r7g.large: no burstable nodes, and none older than M5 and R5."
  }
}

variable "shards" {
  description = "How many shards."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.shards >= 1 && var.shards * (1 + var.replicas) <= 500
    error_message = "A cluster has 500 nodes at most, replicas among them."
  }
}

variable "replicas" {
  description = "Replicas of each shard; at least one, in another zone."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.replicas >= 1 && var.replicas <= 5
    error_message = "A shard has 1 to 5 replicas."
  }
}

variable "backup_days" {
  description = "Days that daily snapshots are kept; 0 for none."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.backup_days >= 0 && var.backup_days <= 35
    error_message = "ElastiCache keeps 0 to 35 days."
  }
}

variable "vpc_id" {
  description = "VPC of the nodes."
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
  description = "Key of the data, in this region."
  type        = string
  nullable    = false
}

variable "user_group_id" {
  description = "Group of users that may sign in."
  type        = string
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
