# Ends the replication of this region before a major upgrade, in two steps: `subscriptions` drops
# its own, with their slots at the other side; `nodes` drops its nodes, once no region subscribes to
# them any more. The replication job sets all of it up again, with a first copy.
# Expects DATABASES, PGHOST, PGUSER and PGPASSWORD.
set -eu
case ${1:-} in
  subscriptions)
    sql="SELECT current_database() || ': ' || sub_name || ' ' || (pglogical.drop_subscription(sub_name, true) = 1)
         FROM pglogical.subscription;"
    ;;
  nodes)
    sql="SELECT current_database() || ': ' || node_name || ' ' || pglogical.drop_node(node_name, true)
         FROM pglogical.node WHERE node_id IN (SELECT node_id FROM pglogical.local_node);"
    ;;
  *)
    echo "usage: leave-replication.sh subscriptions|nodes" >&2
    exit 64
    ;;
esac
for database in $DATABASES; do
  printf '%s\n' "$sql" | psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --dbname "$database"
done
