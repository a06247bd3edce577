# Ends the replication of this region before a major upgrade: its subscriptions, their slots at
# the other side, and its nodes. The replication job sets all of it up again, with a first copy.
# Expects DATABASES, PGHOST, PGUSER and PGPASSWORD.
set -eu
for database in $DATABASES; do
  psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --dbname "$database" <<'SQL'
SELECT current_database() || ': ' || sub_name || ' ' || (pglogical.drop_subscription(sub_name, true) = 1)
FROM pglogical.subscription;
SELECT current_database() || ': ' || node_name || ' ' || pglogical.drop_node(node_name, true)
FROM pglogical.node WHERE node_id IN (SELECT node_id FROM pglogical.local_node);
SQL
done
