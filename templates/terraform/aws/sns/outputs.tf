output "topic_arn" {
  description = "ARN of the topic: arn:aws:sns:REGION:ACCOUNT:NAME. Known only once publishers are let in."
  value       = aws_sns_topic.this.arn
  depends_on  = [aws_sns_topic_policy.this]
}
