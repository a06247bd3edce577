output "cluster_name" {
  description = "Name of the cluster. Known only once its nodes and add-ons are there."
  value       = aws_eks_cluster.this.name
  depends_on  = [aws_eks_node_group.this, aws_eks_addon.this]
}

output "cluster_arn" {
  description = "ARN of the cluster: arn:aws:eks:REGION:ACCOUNT:cluster/NAME."
  value       = aws_eks_cluster.this.arn
}

output "endpoint" {
  description = "Private address of the control plane."
  value       = aws_eks_cluster.this.endpoint
}

output "security_group_id" {
  description = "Security group of the control plane, the nodes and their pods."
  value       = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}

output "oidc_provider_arn" {
  description = "ARN of the OIDC provider that roles of pods trust."
  value       = aws_iam_openid_connect_provider.this.arn
}

output "oidc_issuer" {
  description = "The issuer of pods' tokens, without https://."
  value       = local.issuer
}

output "node_group_name" {
  description = "Name of the group of nodes, which changes when its launch does."
  value       = aws_eks_node_group.this.node_group_name
}
