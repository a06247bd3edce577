# An EKS cluster that others own: read, held against what this system counts on, and passed on as ours would be.

data "aws_eks_cluster" "this" {
  name = var.name

  lifecycle {
    postcondition {
      condition     = self.vpc_config[0].vpc_id == var.vpc_id
      error_message = "${var.name} stands in ${self.vpc_config[0].vpc_id}, not in ${var.vpc_id}."
    }

    postcondition {
      condition     = self.vpc_config[0].endpoint_private_access
      error_message = "${var.name} needs a private address of its control plane."
    }
  }
}

# Roles of pods trust it.
data "aws_iam_openid_connect_provider" "this" {
  url = data.aws_eks_cluster.this.identity[0].oidc[0].issuer
}
