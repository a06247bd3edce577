# Says for each database how old what this region has of the others is.
# Expects DATABASES, REGION, PGHOST, PGUSER and PGPASSWORD.
set -eu
for database in $DATABASES; do
  psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --set region="$REGION" --dbname "$database" <<'SQL'
SELECT current_database() || ': ' || region || ' ' || round(extract(epoch FROM clock_timestamp() - beat)) || ' s'
FROM replication_heartbeat WHERE region <> :'region';
SQL
done
