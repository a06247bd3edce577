# Brings the databases of this region to what the topology says: users, pglogical nodes,
# replicated tables, subscriptions. Runs again and again; what is there already is left alone.
# Expects DATABASES, LOCAL_TABLES, REGION, SOURCES and their hosts, PGHOST, ADMINISTRATOR,
# ADMINISTRATOR_PASSWORD_FILE, REPLICATION_PASSWORD, REGION_NUMBER, REGION_COUNT, BOTH_WAYS,
# COPY_DATA.
set -eu
PGPASSWORD=$(cat "$ADMINISTRATOR_PASSWORD_FILE")
PGUSER=$ADMINISTRATOR
PGSSLMODE=require
PGCONNECT_TIMEOUT=10
export PGPASSWORD PGUSER PGSSLMODE PGCONNECT_TIMEOUT
say() { printf '%s %s\n' "$(date -u +%H:%M:%S)" "$*"; }
# Errors of pglogical hold the connection string with the password in their details, and slow or
# failed statements are logged whole: neither is printed or logged.
run() { # database variables... ; SQL on standard input
  into=$1
  shift
  {
    cat <<'SQL'
SELECT format('SET %I = %L', name, value)
FROM (VALUES ('log_statement', 'none'), ('log_min_duration_statement', '-1'),
             ('log_min_error_statement', 'panic'), ('log_error_verbosity', 'terse')) AS quiet (name, value)
WHERE has_parameter_privilege(name, 'SET') \gexec
SQL
    cat
  } | psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --set VERBOSITY=terse "$@" --dbname "$into"
}
failed=0
# A host of a region: HOST_us_west_2.
host_of() {
  eval "printf '%s' \"\${HOST_$(printf '%s' "$1" | tr '-' '_')}\""
}
# How the user that copies signs in to a database; its password is quoted as libpq reads it.
login() { # host database
  password=$(printf '%s' "$REPLICATION_PASSWORD" | sed "s/[\\\\']/\\\\&/g")
  printf "host=%s port=5432 dbname=%s user=replication password='%s' sslmode=require" "$1" "$2" "$password"
}
# Tables of the other side that a change can be applied to.
tables_there() { # region database
  PGUSER=replication PGPASSWORD=$REPLICATION_PASSWORD run "$2" --host "$(host_of "$1")" <<'SQL'
SELECT coalesce(string_agg(format('%I', c.relname), ','), '')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind = 'r';
SQL
}
run postgres --set password="$REPLICATION_PASSWORD" <<'SQL' >/dev/null
SELECT 'CREATE ROLE replication LOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'replication') \gexec
ALTER ROLE replication PASSWORD :'password';
GRANT rds_superuser, rds_replication, pg_read_all_data TO replication;
SQL
for database in $DATABASES; do
  say "$database: node"
  run postgres --set database="$database" <<'SQL'
SELECT format('CREATE DATABASE %I', :'database')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
SQL
  run "$database" --set region="$REGION" --set dsn="$(login "$PGHOST" "$database")" <<'SQL'
CREATE EXTENSION IF NOT EXISTS pglogical;
GRANT USAGE ON SCHEMA pglogical TO replication;
GRANT SELECT ON ALL TABLES IN SCHEMA pglogical TO replication;
CREATE TABLE IF NOT EXISTS replication_heartbeat (
  region text PRIMARY KEY,
  beat timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON replication_heartbeat TO replication;
SELECT 'node ' || pglogical.create_node(node_name := replace(:'region', '-', '_'), dsn := :'dsn')
WHERE NOT EXISTS (SELECT FROM pglogical.local_node);
SQL
  # Numbers that two regions give out must never be the same: each takes every n-th.
  if [ "$BOTH_WAYS" = true ]; then
    run "$database" --set number="$REGION_NUMBER" --set count="$REGION_COUNT" <<'SQL'
SELECT format('ALTER SEQUENCE %I.%I INCREMENT BY %s', schemaname, sequencename, :count),
       format('SELECT setval(%L, %s)', format('%I.%I', schemaname, sequencename),
              (coalesce(last_value, 0) / :count + 1) * :count + :number)
FROM pg_sequences
WHERE schemaname = 'public' AND increment_by <> :count \gexec
SQL
  fi
  for source in $SOURCES; do
    if ! there=$(tables_there "$source" "$database"); then
      say "$database: $source does not answer; the next run tries again"
      continue
    fi
    # A table is sent only once both sides have it. Without a primary key only new rows are.
    run "$database" --set there="$there" --set local="$LOCAL_TABLES" <<'SQL'
SELECT pglogical.replication_set_add_table(
         CASE WHEN EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)
              THEN 'default' ELSE 'default_insert_only' END,
         c.oid::regclass)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind = 'r'
  AND format('%I', c.relname) = ANY (string_to_array(:'there', ','))
  AND NOT c.relname = ANY (string_to_array(:'local', ' '))
  AND NOT EXISTS (SELECT FROM pglogical.tables t
                  WHERE t.relid = c.oid AND t.set_name IS NOT NULL);
SQL
    subscription="from_$(printf '%s' "$source" | tr '-' '_')"
    provider=$(login "$(host_of "$source")" "$database")
    run "$database" --set name="$subscription" --set dsn="$provider" --set copy="$COPY_DATA" <<'SQL' || say "$database: $source is not ready; the next run tries again"
SELECT pglogical.create_subscription(
  subscription_name := :'name',
  provider_dsn := :'dsn',
  synchronize_structure := false,
  synchronize_data := :'copy'::boolean,
  -- Only what was written there: changes that came from here do not come back.
  forward_origins := '{}')
WHERE NOT EXISTS (SELECT FROM pglogical.subscription WHERE sub_name = :'name');
SQL
  done
  state=$(run "$database" <<'SQL'
SELECT coalesce(string_agg(subscription_name || ' ' || status, ', '), 'subscribes to nobody')
FROM pglogical.show_subscription_status();
SQL
)
  say "$database: $state"
  # What was given up does not come back by itself: its slot is lost, and with it what came since.
  case $state in
    *' down'*)
      say "$database: a subscription is down; see pg_replication_slots at the source: what is lost must be copied anew"
      failed=1
      ;;
  esac
done
exit "$failed"
