variable "hosts" {
  description = "Id of the public zone of each host."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for host in keys(var.hosts) : length(host) <= 64])
    error_message = "A host that a certificate is named after has at most 64 characters."
  }
}
