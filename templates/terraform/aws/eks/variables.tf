variable "name" {
  description = "Name of the cluster."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,98}[a-z0-9])?$", var.name))
    error_message = "At most 100 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "kubernetes_version" {
  description = "Version of Kubernetes, such as 1.33. One version at a time goes up, none goes down."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "A version such as 1.33."
  }
}

variable "subnet_ids" {
  description = "Private subnets of the control plane's interfaces and of the nodes, one in each zone."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "At least two zones, so that one may be lost."
  }
}

variable "services_cidr" {
  description = "Range of Kubernetes services. It lies outside of the VPC and of its peers, and may be the same in every cluster."
  type        = string
  default     = "172.20.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrhost(var.services_cidr, 0))
    error_message = "A block such as 172.20.0.0/16."
  }
}

variable "authorized_networks" {
  description = "Private ranges that may reach the control plane, by a name."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for range in values(var.authorized_networks) : can(cidrhost(range, 0)) && range != "0.0.0.0/0"])
    error_message = "The control plane may not be open to the world."
  }
}

variable "admin_role_arns" {
  description = "Roles that administer the cluster; whoever creates it gets nothing by that."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.admin_role_arns) > 0 && alltrue([for arn in var.admin_role_arns : can(regex("^arn:aws:iam::[0-9]{12}:role/", arn))])
    error_message = "At least one role, by its ARN."
  }
}

variable "role_names" {
  description = "Names of the IAM roles of the control plane, the nodes, the network add-on and the disk add-on; names of roles are shared by all regions."
  type = object({
    cluster = string
    nodes   = string
    cni     = string
    disks   = string
  })
  nullable = false

  validation {
    condition     = alltrue([for name in values(var.role_names) : can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", name))])
    error_message = "At most 64 letters, digits and +=,.@_- each."
  }
}

variable "secrets_kms_key_arn" {
  description = "Key that encrypts Kubernetes secrets. Once set, it cannot be taken away."
  type        = string
  nullable    = false
}

variable "disk_kms_key_arn" {
  description = "Key that encrypts the disks of nodes; the service role of Auto Scaling must be allowed to use it."
  type        = string
  nullable    = false
}

variable "logs_kms_key_arn" {
  description = "Key that encrypts the logs of the control plane; CloudWatch Logs must be allowed to use it."
  type        = string
  nullable    = false
}

variable "log_days" {
  description = "Days that logs of the control plane are kept."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827], var.log_days)
    error_message = "A number of days that CloudWatch Logs knows, such as 365."
  }
}

variable "instance_types" {
  description = "Instance types of nodes, of one size, x86."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.instance_types) > 0 && alltrue([for t in var.instance_types : can(regex("^[a-z0-9-]+\\.[a-z0-9]+$", t))])
    error_message = "At least one type such as m6i.xlarge."
  }
}

variable "nodes" {
  description = "Fewest and most nodes over all zones."
  type = object({
    min = number
    max = number
  })
  nullable = false

  validation {
    condition     = var.nodes.min >= 1 && var.nodes.max >= var.nodes.min
    error_message = "At least one node, and no fewer at most than at least."
  }
}

variable "disk_gb" {
  description = "Size of a node's disk in GiB."
  type        = number
  default     = 100
  nullable    = false

  validation {
    condition     = var.disk_gb >= 20
    error_message = "At least 20 GiB: images need room."
  }
}

variable "node_tags" {
  description = "Tags of instances and volumes, which the provider's default tags do not reach."
  type        = map(string)
  default     = {}
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
