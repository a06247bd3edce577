mock_provider "aws" {
  override_resource {
    target          = aws_eks_cluster.this
    override_during = plan

    values = {
      identity = [{ oidc = [{ issuer = "https://oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF" }] }]
    }
  }

  override_resource {
    target          = aws_iam_openid_connect_provider.this
    override_during = plan

    values = {
      arn = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF"
    }
  }
}

variables {
  name                = "shop-us-east-1"
  kubernetes_version  = "1.33"
  subnet_ids          = ["subnet-0a", "subnet-0b", "subnet-0c"]
  authorized_networks = { vpn = "10.255.0.0/24" }
  admin_role_arns     = ["arn:aws:iam::123456789012:role/platform-admin"]
  role_names          = { cluster = "shop-eks-use1", nodes = "shop-nodes-use1", cni = "shop-cni-use1", disks = "shop-ebs-use1" }
  secrets_kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  disk_kms_key_arn    = "arn:aws:kms:us-east-1:123456789012:key/21111111-2222-3333-4444-555555555555"
  logs_kms_key_arn    = "arn:aws:kms:us-east-1:123456789012:key/31111111-2222-3333-4444-555555555555"
  instance_types      = ["m6i.xlarge"]
  nodes               = { min = 3, max = 9 }
}

run "is_private_and_encrypted" {
  command = plan

  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_private_access && !aws_eks_cluster.this.vpc_config[0].endpoint_public_access
    error_message = "The control plane must be private."
  }

  assert {
    condition     = aws_eks_cluster.this.encryption_config[0].provider[0].key_arn == var.secrets_kms_key_arn
    error_message = "Kubernetes secrets must be encrypted with a key of ours."
  }

  assert {
    condition     = aws_eks_cluster.this.access_config[0].authentication_mode == "API" && !aws_eks_cluster.this.access_config[0].bootstrap_cluster_creator_admin_permissions
    error_message = "Access is by entries alone, and creating a cluster gives none."
  }

  assert {
    condition     = length(aws_eks_cluster.this.enabled_cluster_log_types) == 5 && aws_cloudwatch_log_group.control_plane.kms_key_id == var.logs_kms_key_arn
    error_message = "All logs of the control plane are kept, encrypted."
  }
}

run "keeps_pods_from_the_nodes_role" {
  command = plan

  assert {
    condition     = aws_launch_template.nodes.metadata_options[0].http_tokens == "required" && aws_launch_template.nodes.metadata_options[0].http_put_response_hop_limit == 1
    error_message = "Instance metadata is for the node alone, by session."
  }

  assert {
    condition     = tobool(aws_launch_template.nodes.block_device_mappings[0].ebs[0].encrypted) && aws_launch_template.nodes.block_device_mappings[0].ebs[0].kms_key_id == var.disk_kms_key_arn
    error_message = "Disks must be encrypted with a key of ours."
  }

  assert {
    condition     = aws_iam_openid_connect_provider.this.client_id_list == toset(["sts.amazonaws.com"])
    error_message = "Pods' tokens are for the security token service."
  }
}

run "refuses_the_open_world" {
  command = plan

  variables {
    authorized_networks = { all = "0.0.0.0/0" }
  }

  expect_failures = [var.authorized_networks]
}

run "refuses_a_cluster_that_nobody_administers" {
  command = plan

  variables {
    admin_role_arns = []
  }

  expect_failures = [var.admin_role_arns]
}
