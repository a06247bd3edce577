# The team's VPC: addresses come from its IPAM, the rest from the landing zone.

resource "aws_vpc" "shop" {
  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
}

resource "aws_subnet" "shop" {
  for_each = merge(
    { for at, zone in var.zones : "private-${zone}" => { zone = zone, cidr = var.private_cidrs[at] } },
    { for at, zone in var.zones : "public-${zone}" => { zone = zone, cidr = var.public_cidrs[at] } },
    { for at, zone in var.zones : "data-${zone}" => { zone = zone, cidr = var.data_cidrs[at] } },
  )

  vpc_id            = aws_vpc.shop.id
  availability_zone = each.value.zone
  cidr_block        = each.value.cidr
}

resource "aws_route_table" "shop" {
  for_each = toset(["private", "data"])

  vpc_id = aws_vpc.shop.id
}
