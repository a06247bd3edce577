# The roles of the controllers that a cluster needs beside its add-ons: load balancers, nodes by demand, secrets.

locals {
  load_balancers = "elasticloadbalancing.amazonaws.com"
  of_cluster     = "elbv2.k8s.aws/cluster"
  describe = [
    "ec2:DescribeAccountAttributes", "ec2:DescribeAddresses", "ec2:DescribeAvailabilityZones",
    "ec2:DescribeCoipPools", "ec2:DescribeInstances", "ec2:DescribeInternetGateways",
    "ec2:DescribeIpamPools", "ec2:DescribeNetworkInterfaces", "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeTags",
    "ec2:DescribeVpcPeeringConnections", "ec2:DescribeVpcs", "ec2:GetCoipPoolUsage",
    "ec2:GetSecurityGroupsForVpc", "elasticloadbalancing:DescribeCapacityReservation",
    "elasticloadbalancing:DescribeListenerAttributes", "elasticloadbalancing:DescribeListenerCertificates",
    "elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeLoadBalancerAttributes",
    "elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeSSLPolicies", "elasticloadbalancing:DescribeTags",
    "elasticloadbalancing:DescribeTargetGroupAttributes", "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth", "elasticloadbalancing:DescribeTrustStores",
  ]

  elb = "arn:aws:elasticloadbalancing:${var.region}:${var.account_id}"
  ec2 = "arn:aws:ec2:${var.region}:${var.account_id}"

  marked_now  = { test = "StringEquals", variable = "aws:RequestTag/${local.of_cluster}", values = [var.cluster_name] }
  marked      = { test = "StringEquals", variable = "aws:ResourceTag/${local.of_cluster}", values = [var.cluster_name] }
  unmarkable  = { test = "Null", variable = "aws:RequestTag/${local.of_cluster}", values = ["true"] }
  autoscaling = "k8s.io/cluster-autoscaler"
}

module "roles" {
  source = "../irsa-role"

  oidc_provider_arn = var.oidc_provider_arn
  oidc_issuer       = var.oidc_issuer
  roles             = local.roles
}

locals {
  roles = {
    # The controller's own policy (docs/install/iam_policy.json of 2.x), without what only its Ingresses need, and bound to this cluster's load balancers.
    load-balancers = {
      name             = var.role_names.load_balancers
      description      = "AWS Load Balancer Controller of ${var.cluster_name}"
      service_accounts = [{ namespace = "kube-system", name = "aws-load-balancer-controller" }]

      statements = [
        {
          actions    = ["iam:CreateServiceLinkedRole"]
          resources  = ["*"]
          conditions = [{ test = "StringEquals", variable = "iam:AWSServiceName", values = [local.load_balancers] }]
        },
        {
          actions   = local.describe
          resources = ["*"]
        },
        {
          actions   = ["ec2:AuthorizeSecurityGroupIngress", "ec2:CreateSecurityGroup", "ec2:RevokeSecurityGroupIngress"]
          resources = ["${local.ec2}:security-group/*", "${local.ec2}:vpc/${var.vpc_id}"]
        },
        {
          actions    = ["ec2:CreateTags"]
          resources  = ["${local.ec2}:security-group/*"]
          conditions = [local.marked_now, { test = "StringEquals", variable = "ec2:CreateAction", values = ["CreateSecurityGroup"] }]
        },
        {
          actions    = ["ec2:CreateTags", "ec2:DeleteTags"]
          resources  = ["${local.ec2}:security-group/*"]
          conditions = [local.unmarkable, local.marked]
        },
        {
          actions    = ["ec2:DeleteSecurityGroup"]
          resources  = ["${local.ec2}:security-group/*"]
          conditions = [local.marked]
        },
        {
          actions    = ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"]
          resources  = ["*"]
          conditions = [local.marked_now]
        },
        {
          actions = [
            "elasticloadbalancing:CreateListener", "elasticloadbalancing:DeleteListener",
            "elasticloadbalancing:ModifyListener", "elasticloadbalancing:ModifyListenerAttributes",
            "elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags",
          ]
          resources = ["${local.elb}:listener/net/*/*/*", "${local.elb}:loadbalancer/net/*/*"]
        },
        {
          actions    = ["elasticloadbalancing:AddTags"]
          resources  = ["${local.elb}:loadbalancer/net/*/*", "${local.elb}:targetgroup/*/*"]
          conditions = [local.marked_now, { test = "StringEquals", variable = "elasticloadbalancing:CreateAction", values = ["CreateTargetGroup", "CreateLoadBalancer"] }]
        },
        {
          actions    = ["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"]
          resources  = ["${local.elb}:targetgroup/*/*"]
          conditions = [local.unmarkable, local.marked]
        },
        {
          actions = [
            "elasticloadbalancing:DeleteLoadBalancer", "elasticloadbalancing:DeleteTargetGroup",
            "elasticloadbalancing:ModifyLoadBalancerAttributes", "elasticloadbalancing:ModifyTargetGroup",
            "elasticloadbalancing:ModifyTargetGroupAttributes", "elasticloadbalancing:SetIpAddressType",
            "elasticloadbalancing:SetSecurityGroups", "elasticloadbalancing:SetSubnets",
          ]
          resources  = ["*"]
          conditions = [local.marked]
        },
        # Target groups that Terraform made are bound by name and have no mark.
        {
          actions   = ["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"]
          resources = ["${local.elb}:targetgroup/*/*"]
        },
      ]
    }

    nodes = {
      name             = var.role_names.nodes
      description      = "Cluster Autoscaler of ${var.cluster_name}"
      service_accounts = [{ namespace = "kube-system", name = "cluster-autoscaler" }]

      statements = [
        {
          actions = [
            "autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeAutoScalingInstances",
            "autoscaling:DescribeLaunchConfigurations", "autoscaling:DescribeScalingActivities",
            "autoscaling:DescribeTags", "ec2:DescribeImages", "ec2:DescribeInstanceTypes",
            "ec2:DescribeLaunchTemplateVersions", "ec2:GetInstanceTypesFromInstanceRequirements",
          ]
          resources = ["*"]
        },
        {
          actions   = ["eks:DescribeNodegroup"]
          resources = ["arn:aws:eks:${var.region}:${var.account_id}:nodegroup/${var.cluster_name}/*"]
        },
        {
          actions   = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
          resources = ["arn:aws:autoscaling:${var.region}:${var.account_id}:autoScalingGroup:*"]
          conditions = [
            { test = "StringEquals", variable = "aws:ResourceTag/${local.autoscaling}/enabled", values = ["true"] },
            { test = "StringEquals", variable = "aws:ResourceTag/${local.autoscaling}/${var.cluster_name}", values = ["owned"] },
          ]
        },
      ]
    }

    secrets = {
      name             = var.role_names.secrets
      description      = "External Secrets Operator of ${var.cluster_name}"
      service_accounts = [{ namespace = "external-secrets", name = "external-secrets" }]

      statements = [
        {
          actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy", "secretsmanager:GetSecretValue", "secretsmanager:ListSecretVersionIds"]
          resources = ["arn:aws:secretsmanager:${var.region}:${var.account_id}:secret:${var.secret_prefix}-*"]
        },
        {
          actions   = ["kms:Decrypt"]
          resources = ["arn:aws:kms:${var.region}:${var.account_id}:key/*"]
          conditions = [
            { test = "StringEquals", variable = "kms:ViaService", values = ["secretsmanager.${var.region}.amazonaws.com"] },
            { test = "ForAnyValue:StringEquals", variable = "kms:ResourceAliases", values = var.secret_key_aliases },
          ]
        },
      ]
    }
  }
}
