# The VPC of one region that others own: read, held against what this system counts on, and passed on as ours would be.

locals {
  private = { for subnet in data.aws_subnet.private : subnet.availability_zone => subnet.id }
  public  = { for subnet in data.aws_subnet.public : subnet.availability_zone => subnet.id }
  data    = { for subnet in data.aws_subnet.data : subnet.availability_zone => subnet.id }
}

data "aws_vpc" "this" {
  id = var.vpc_id

  lifecycle {
    postcondition {
      condition     = self.cidr_block == var.cidr || contains([for block in self.cidr_block_associations : block.cidr_block], var.cidr)
      error_message = "The VPC has no range ${var.cidr}: write its own range into the topology."
    }

    postcondition {
      condition     = self.enable_dns_support && self.enable_dns_hostnames
      error_message = "The VPC must resolve DNS names and give them to hosts: private names of stores and endpoints need it."
    }
  }
}

data "aws_subnet" "private" {
  for_each = toset(var.private_subnet_ids)

  id = each.value

  lifecycle {
    postcondition {
      condition     = self.vpc_id == var.vpc_id && contains(var.zones, self.availability_zone)
      error_message = "${each.value} is in ${self.vpc_id}, ${self.availability_zone}: a private subnet stands in the named VPC, in one of the zones ${join(", ", var.zones)}."
    }
  }
}

data "aws_subnet" "public" {
  for_each = toset(var.public_subnet_ids)

  id = each.value

  lifecycle {
    postcondition {
      condition     = self.vpc_id == var.vpc_id && contains(var.zones, self.availability_zone)
      error_message = "${each.value} is in ${self.vpc_id}, ${self.availability_zone}: a public subnet stands in the named VPC, in one of the zones ${join(", ", var.zones)}."
    }
  }
}

data "aws_subnet" "data" {
  for_each = toset(var.data_subnet_ids)

  id = each.value

  lifecycle {
    postcondition {
      condition     = self.vpc_id == var.vpc_id && contains(var.zones, self.availability_zone)
      error_message = "${each.value} is in ${self.vpc_id}, ${self.availability_zone}: a data subnet stands in the named VPC, in one of the zones ${join(", ", var.zones)}."
    }
  }
}

# Each has a route table of its own or shares one; the main table of the VPC belongs to nobody here.
data "aws_route_table" "this" {
  for_each = toset(concat(var.private_subnet_ids, var.data_subnet_ids))

  subnet_id = each.value
}
