output "vpc_id" {
  value = aws_vpc.shop.id
}

output "private_subnet_ids" {
  value = [for key, subnet in aws_subnet.shop : subnet.id if startswith(key, "private-")]
}

output "public_subnet_ids" {
  value = [for key, subnet in aws_subnet.shop : subnet.id if startswith(key, "public-")]
}

output "data_subnet_ids" {
  value = [for key, subnet in aws_subnet.shop : subnet.id if startswith(key, "data-")]
}

output "route_table_ids" {
  value = { for key, table in aws_route_table.shop : key => table.id }
}
