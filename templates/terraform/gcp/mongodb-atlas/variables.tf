variable "project_id" {
  description = "Project of Google Cloud whose network is peered."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "A project id has 6 to 30 lower-case letters, digits and dashes."
  }
}

variable "org_id" {
  description = "Organization of Atlas that the project is made in."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9a-f]{24}$", var.org_id))
    error_message = "An id of Atlas has 24 hexadecimal digits."
  }
}

variable "name" {
  description = "Name of the project in Atlas and of its cluster."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", var.name))
    error_message = "At most 63 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "network_name" {
  description = "Network whose pods reach the cluster."
  type        = string
  nullable    = false
}

variable "cidr" {
  description = "Range of Atlas' own network, which nobody else of the peered networks has: a /18, for all regions of Google Cloud. It cannot change once there is a cluster."
  type        = string
  nullable    = false

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && endswith(var.cidr, "/18")
    error_message = "Atlas takes a /18 for clusters in any region of Google Cloud."
  }
}

variable "client_ranges" {
  description = "Ranges of the pods that are let in."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.client_ranges) > 0 && alltrue([for range in var.client_ranges : can(cidrhost(range, 0)) && range != "0.0.0.0/0"])
    error_message = "At least one range, none of them everybody."
  }
}

variable "regions" {
  description = "Regions by Atlas' names, the preferred one first: priority in elections, nodes that vote and nodes that are only read. 3, 5 or 7 nodes vote; priorities go down from 7 by one; a region without a vote has 0."
  type = list(object({
    name      = string
    priority  = number
    electable = number
    read_only = optional(number, 0)
  }))
  nullable = false

  validation {
    condition     = contains([3, 5, 7], sum([for region in var.regions : region.electable]))
    error_message = "3, 5 or 7 nodes vote."
  }

  validation {
    condition     = alltrue([for index, region in [for r in var.regions : r if r.electable > 0] : region.priority == 7 - index])
    error_message = "Priorities of regions that vote are 7, 6, 5 and so on."
  }

  validation {
    condition     = alltrue([for region in var.regions : region.electable > 0 || region.priority == 0 && region.read_only > 0])
    error_message = "A region that does not vote has priority 0 and nodes to read from."
  }
}

variable "instance_size" {
  description = "Size of each node, M10 or larger."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[MR][1-9][0-9]{1,2}(_NVME)?$", var.instance_size))
    error_message = "A size such as M30; smaller ones than M10 have neither backups nor keys of ours."
  }
}

variable "disk_size_gb" {
  description = "Storage of each node in GB."
  type        = number
  nullable    = false

  validation {
    condition     = var.disk_size_gb >= 10
    error_message = "Atlas' smallest storage is 10 GB."
  }
}

variable "mongodb_version" {
  description = "Major version of MongoDB, such as 8.0."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]+\\.0$", var.mongodb_version))
    error_message = "A major version such as 8.0."
  }
}

variable "kms_key_id" {
  description = "Key that encrypts data and backups."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+$", var.kms_key_id))
    error_message = "The full name of a key."
  }
}

variable "kms_key_version" {
  description = "Version of the key that new data is encrypted with. Older ones must stay enabled as long as a backup needs them."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.kms_key_version >= 1
    error_message = "Versions begin at 1."
  }
}

variable "backup" {
  description = "How often a snapshot is taken, for how many days it is kept, for how many days any moment can be had back (null for none), and the regions by Atlas' names that get copies."
  type = object({
    every_hours = number
    keep_days   = number
    window_days = optional(number)
    copies_to   = optional(list(string), [])
  })
  nullable = false

  validation {
    condition     = contains([1, 2, 4, 6, 8, 12, 24], var.backup.every_hours)
    error_message = "Atlas takes a snapshot every 1, 2, 4, 6, 8, 12 or 24 hours."
  }

  validation {
    condition     = var.backup.keep_days >= 1 && (var.backup.window_days == null ? true : var.backup.window_days >= 1 && var.backup.window_days <= var.backup.keep_days)
    error_message = "Snapshots are kept for a day or longer, and no shorter than the log of moments that begins at one."
  }
}

variable "maintenance" {
  description = "Day of the week, 1 for Sunday, and hour in UTC at which Atlas may maintain the cluster."
  type        = object({ day = number, hour = number })
  nullable    = false

  validation {
    condition     = var.maintenance.day >= 1 && var.maintenance.day <= 7 && var.maintenance.hour >= 0 && var.maintenance.hour <= 23
    error_message = "A day from 1 to 7 and an hour from 0 to 23."
  }
}

variable "users" {
  description = "Names of the services that are let in, each with the databases that it writes."
  type        = map(list(string))
  nullable    = false

  validation {
    condition     = alltrue([for databases in values(var.users) : length(databases) > 0])
    error_message = "A user without a database may do nothing."
  }
}

variable "lag_seconds" {
  description = "Seconds that a secondary may be behind before the project's owners are told; null for no alert."
  type        = number
  default     = null

  validation {
    condition     = var.lag_seconds == null ? true : var.lag_seconds >= 1
    error_message = "At least a second."
  }
}

variable "oplog_hours" {
  description = "Hours that the oplog must reach back; a member that is away for longer has to be filled anew."
  type        = number
  default     = 24
  nullable    = false

  validation {
    condition     = var.oplog_hours >= 1
    error_message = "At least an hour."
  }
}

variable "disk_used_percent" {
  description = "Percentage of the storage in use above which the project's owners are told."
  type        = number
  default     = 80
  nullable    = false

  validation {
    condition     = var.disk_used_percent > 0 && var.disk_used_percent < 100
    error_message = "Between 0 and 100."
  }
}

variable "guarded" {
  description = "Whether Atlas refuses to delete the cluster."
  type        = bool
  default     = true
  nullable    = false
}

variable "labels" {
  description = "Labels on every resource that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}
