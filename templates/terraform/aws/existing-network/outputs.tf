output "vpc_id" {
  description = "Id of the VPC."
  value       = data.aws_vpc.this.id
}

output "vpc_cidr" {
  description = "Range of the VPC that this system counts on."
  value       = var.cidr
}

output "private_subnet_ids" {
  description = "Ids of the private subnets, in the order of the zones' names."
  value       = values(local.private)

  precondition {
    condition     = length(var.private_subnet_ids) == 0 || length(local.private) == length(var.zones)
    error_message = "Private subnets are in ${length(local.private)} zones of ${length(var.zones)}: name one in each."
  }
}

output "public_subnet_ids" {
  description = "Ids of the public subnets, in the order of the zones' names."
  value       = values(local.public)

  precondition {
    condition     = length(var.public_subnet_ids) == 0 || length(local.public) == length(var.zones)
    error_message = "Public subnets are in ${length(local.public)} zones of ${length(var.zones)}: name one in each."
  }
}

output "data_subnet_ids" {
  description = "Ids of the data subnets, in the order of the zones' names."
  value       = values(local.data)

  precondition {
    condition     = length(var.data_subnet_ids) == 0 || length(local.data) == length(var.zones)
    error_message = "Data subnets are in ${length(local.data)} zones of ${length(var.zones)}: name one in each."
  }
}

output "route_table_ids" {
  description = "Ids of the route tables of private and data subnets, by themselves: what peers need routes in."
  value       = { for table in distinct([for subnet in data.aws_route_table.this : subnet.route_table_id]) : table => table }
}
