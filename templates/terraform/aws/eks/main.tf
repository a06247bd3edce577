# One private EKS cluster of a region with one group of nodes over its zones: secrets and disks under keys of ours, access by IAM alone, logs of the control plane, and an OIDC provider through which pods act as roles.

locals {
  policies = "arn:aws:iam::aws:policy"
  issuer   = trimprefix(aws_eks_cluster.this.identity[0].oidc[0].issuer, "https://")

  # What the nodes are marked with where nothing but the instance is known.
  node_tags = merge(var.node_tags, { Name = "${var.name}-node" })
}

resource "aws_cloudwatch_log_group" "control_plane" {
  name              = "/aws/eks/${var.name}/cluster"
  retention_in_days = var.log_days
  kms_key_id        = var.logs_kms_key_arn
  skip_destroy      = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_eks_cluster" "this" {
  name                          = var.name
  role_arn                      = aws_iam_role.cluster.arn
  version                       = var.kubernetes_version
  bootstrap_self_managed_addons = false
  enabled_cluster_log_types     = ["api", "audit", "authenticator", "controllerManager", "scheduler"]

  vpc_config {
    subnet_ids              = var.subnet_ids
    endpoint_private_access = true
    endpoint_public_access  = false
  }

  access_config {
    authentication_mode                         = "API"
    bootstrap_cluster_creator_admin_permissions = false
  }

  encryption_config {
    resources = ["secrets"]

    provider {
      key_arn = var.secrets_kms_key_arn
    }
  }

  kubernetes_network_config {
    service_ipv4_cidr = var.services_cidr
  }

  upgrade_policy {
    support_type = "STANDARD"
  }

  # A failing zone can be left by hand or by AWS itself.
  zonal_shift_config {
    enabled = true
  }

  dynamic "timeouts" {
    for_each = var.timeouts == null ? [] : [var.timeouts]

    content {
      create = timeouts.value.create
      update = timeouts.value.update
      delete = timeouts.value.delete
    }
  }

  depends_on = [aws_cloudwatch_log_group.control_plane, aws_iam_role_policy.cluster, aws_iam_role_policy_attachment.cluster]

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "api" {
  for_each = var.authorized_networks

  security_group_id = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
  description       = "Kubernetes API for ${each.key}"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = each.value
}

resource "aws_eks_access_entry" "admin" {
  for_each = var.admin_role_arns

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = each.key
}

resource "aws_eks_access_policy_association" "admin" {
  for_each = var.admin_role_arns

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = each.key
  policy_arn    = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"

  access_scope {
    type = "cluster"
  }

  depends_on = [aws_eks_access_entry.admin]
}

resource "aws_iam_openid_connect_provider" "this" {
  url            = aws_eks_cluster.this.identity[0].oidc[0].issuer
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_launch_template" "nodes" {
  name_prefix            = "${var.name}-"
  description            = "Nodes of ${var.name}"
  update_default_version = true

  # Pods get roles through the OIDC provider; one hop keeps them from the node's own.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  monitoring {
    enabled = true
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_type           = "gp3"
      volume_size           = var.disk_gb
      encrypted             = true
      kms_key_id            = var.disk_kms_key_arn
      delete_on_termination = true
    }
  }

  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume"])

    content {
      resource_type = tag_specifications.value
      tags          = local.node_tags
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_eks_node_group" "this" {
  cluster_name           = aws_eks_cluster.this.name
  version                = aws_eks_cluster.this.version
  node_group_name_prefix = "main-"
  node_role_arn          = aws_iam_role.nodes.arn
  subnet_ids             = var.subnet_ids
  ami_type               = "AL2023_x86_64_STANDARD"
  capacity_type          = "ON_DEMAND"
  instance_types         = var.instance_types

  launch_template {
    id      = aws_launch_template.nodes.id
    version = aws_launch_template.nodes.latest_version
  }

  scaling_config {
    min_size     = var.nodes.min
    max_size     = var.nodes.max
    desired_size = var.nodes.min
  }

  update_config {
    max_unavailable_percentage = 33
  }

  node_repair_config {
    enabled = true
  }

  dynamic "timeouts" {
    for_each = var.timeouts == null ? [] : [var.timeouts]

    content {
      create = timeouts.value.create
      update = timeouts.value.update
      delete = timeouts.value.delete
    }
  }

  # Without an address nothing starts on a node.
  depends_on = [aws_iam_role_policy_attachment.nodes, aws_eks_addon.network]

  lifecycle {
    create_before_destroy = true
    # The autoscaler's.
    ignore_changes = [scaling_config[0].desired_size]
  }
}

# The version of each add-on that EKS recommends for the cluster's. Asked once the control plane is what it is to be:
# add-ons follow it, and never lead.
data "aws_eks_addon_version" "this" {
  for_each = toset(["aws-ebs-csi-driver", "coredns", "kube-proxy", "metrics-server", "vpc-cni"])

  addon_name         = each.key
  kubernetes_version = aws_eks_cluster.this.version

  depends_on = [aws_eks_cluster.this]
}

# What pods need before the first of them can run.
resource "aws_eks_addon" "network" {
  for_each = { vpc-cni = module.addon_roles.role_arns["vpc-cni"], kube-proxy = null }

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = data.aws_eks_addon_version.this[each.key].version
  service_account_role_arn    = each.value
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"

  # The agent enforces network policies only if it is told to.
  configuration_values = each.key == "vpc-cni" ? jsonencode({ enableNetworkPolicy = "true" }) : null
}

resource "aws_eks_addon" "this" {
  for_each = {
    aws-ebs-csi-driver = module.addon_roles.role_arns["aws-ebs-csi-driver"]
    coredns            = null
    metrics-server     = null
  }

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = data.aws_eks_addon_version.this[each.key].version
  service_account_role_arn    = each.value
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"

  depends_on = [aws_eks_node_group.this]
}

module "addon_roles" {
  source = "../irsa-role"

  oidc_provider_arn = aws_iam_openid_connect_provider.this.arn
  oidc_issuer       = local.issuer

  roles = {
    vpc-cni = {
      name                = var.role_names.cni
      description         = "The network add-on of ${var.name}"
      service_accounts    = [{ namespace = "kube-system", name = "aws-node" }]
      managed_policy_arns = ["${local.policies}/AmazonEKS_CNI_Policy"]
    }

    aws-ebs-csi-driver = {
      name                = var.role_names.disks
      description         = "The disk add-on of ${var.name}"
      service_accounts    = [{ namespace = "kube-system", name = "ebs-csi-controller-sa" }]
      managed_policy_arns = ["${local.policies}/service-role/AmazonEBSCSIDriverPolicy"]

      statements = [
        {
          actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
          resources = [var.disk_kms_key_arn]
        },
        {
          actions    = ["kms:CreateGrant"]
          resources  = [var.disk_kms_key_arn]
          conditions = [{ test = "Bool", variable = "kms:GrantIsForAWSResource", values = ["true"] }]
        },
      ]
    }
  }
}

resource "aws_iam_role" "cluster" {
  name               = var.role_names.cluster
  description        = "The control plane of ${var.name}"
  assume_role_policy = local.trust["eks.amazonaws.com"]
}

resource "aws_iam_role_policy_attachment" "cluster" {
  role       = aws_iam_role.cluster.name
  policy_arn = "${local.policies}/AmazonEKSClusterPolicy"
}

# The control plane decrypts what it stores in its own name.
resource "aws_iam_role_policy" "cluster" {
  name = "secrets"
  role = aws_iam_role.cluster.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListGrants"]
      Resource = var.secrets_kms_key_arn
    }]
  })
}

resource "aws_iam_role" "nodes" {
  name               = var.role_names.nodes
  description        = "The nodes of ${var.name}"
  assume_role_policy = local.trust["ec2.amazonaws.com"]
}

resource "aws_iam_role_policy_attachment" "nodes" {
  for_each = toset(["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonSSMManagedInstanceCore"])

  role       = aws_iam_role.nodes.name
  policy_arn = "${local.policies}/${each.key}"
}

locals {
  trust = {
    for service in ["eks.amazonaws.com", "ec2.amazonaws.com"] : service => jsonencode({
      Version   = "2012-10-17"
      Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = service } }]
    })
  }
}
