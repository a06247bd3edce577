# RDS of moto copies no backups: StartDBInstanceAutomatedBackupsReplication.

resource "aws_db_instance_automated_backups_replication" "this" {
  for_each = {}
}
