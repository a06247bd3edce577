output "cluster_name" {
  description = "Name of the cluster."
  value       = data.aws_eks_cluster.this.name
}

output "cluster_arn" {
  description = "ARN of the cluster: arn:aws:eks:REGION:ACCOUNT:cluster/NAME."
  value       = data.aws_eks_cluster.this.arn
}

output "endpoint" {
  description = "Private address of the control plane."
  value       = data.aws_eks_cluster.this.endpoint
}

output "security_group_id" {
  description = "Security group of the control plane, the nodes and their pods."
  value       = data.aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}

output "oidc_provider_arn" {
  description = "ARN of the OIDC provider that roles of pods trust."
  value       = data.aws_iam_openid_connect_provider.this.arn
}

output "oidc_issuer" {
  description = "The issuer of pods' tokens, without https://."
  value       = replace(data.aws_eks_cluster.this.identity[0].oidc[0].issuer, "https://", "")
}
