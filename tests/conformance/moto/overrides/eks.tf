# moto has clusters and groups of nodes, but no security group of a cluster, no add-ons and no access entries.

resource "aws_vpc_security_group_ingress_rule" "api" {
  for_each = {}
}

data "aws_eks_addon_version" "this" {
  for_each = {}
}

resource "aws_eks_addon" "network" {
  for_each = {}
}

resource "aws_eks_addon" "this" {
  for_each = {}
}

resource "aws_eks_access_entry" "admin" {
  for_each = {}
}

resource "aws_eks_access_policy_association" "admin" {
  for_each = {}
}

# moto keeps neither how a cluster was made nor how it is upgraded, says of every group of nodes that a key of SSH opens it, and mistakes the tags of a template for tags of its instances.

resource "aws_eks_cluster" "this" {
  lifecycle {
    ignore_changes = [access_config, upgrade_policy, zonal_shift_config]
  }
}

resource "aws_eks_node_group" "this" {
  lifecycle {
    ignore_changes = [scaling_config[0].desired_size, remote_access, node_repair_config, update_config]
  }
}

resource "aws_launch_template" "nodes" {
  lifecycle {
    ignore_changes = [tag_specifications]
  }
}
