variable "account_id" {
  type = string
}

variable "region" {
  type = string
}

variable "name" {
  type = string
}

variable "flow_log_role_name" {
  type = string
}

variable "cidr" {
  type = string
}

variable "logs_kms_key_arn" {
  type = string
}

variable "zones" {
  type = list(string)
}

variable "private_cidrs" {
  type = list(string)
}

variable "public_cidrs" {
  type = list(string)
}

variable "data_cidrs" {
  type = list(string)
}

variable "gateway_endpoints" {
  type    = list(string)
  default = []
}
