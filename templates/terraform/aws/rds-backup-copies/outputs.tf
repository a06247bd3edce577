output "ids" {
  description = "ARNs of the copies, by the name of the instance."
  value       = { for name, copy in aws_db_instance_automated_backups_replication.this : name => copy.id }
}
