output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}

output "vpc_cidr" {
  description = "Range of the VPC."
  value       = aws_vpc.this.cidr_block
}

output "private_subnet_ids" {
  description = "Ids of the private subnets, in the order of the zones' names. Known only once they have a way out."
  value       = values(aws_subnet.private)[*].id
  depends_on  = [aws_route.private_default, aws_route_table_association.private]
}

output "public_subnet_ids" {
  description = "Ids of the public subnets, in the order of the zones' names."
  value       = values(aws_subnet.public)[*].id
  depends_on  = [aws_route.public_default, aws_route_table_association.public]
}

output "data_subnet_ids" {
  description = "Ids of the data subnets, in the order of the zones' names."
  value       = values(aws_subnet.data)[*].id
}

output "route_table_ids" {
  description = "Ids of the route tables of private and data subnets, by a name: what peers need routes in."
  value = merge(
    { data = aws_route_table.data.id },
    { for zone, table in aws_route_table.private : "private-${zone}" => table.id },
  )
}

output "nat_addresses" {
  description = "Public addresses that requests to the outside come from."
  value       = values(aws_eip.nat)[*].public_ip
}
