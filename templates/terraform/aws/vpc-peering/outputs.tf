output "connection_id" {
  description = "Id of the peering connection. Known only once both sides have routes."
  value       = aws_vpc_peering_connection.this.id
  depends_on  = [aws_route.requester, aws_route.accepter]
}
