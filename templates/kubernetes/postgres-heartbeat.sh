# Writes the time into each database, so that every other region sees how old what it has is.
# Expects DATABASES, REGION, BEAT_SECONDS, PGHOST, PGUSER and PGPASSWORD.
set -eu
while true; do
  for database in $DATABASES; do
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set region="$REGION" --dbname "$database" <<'SQL' || true
-- Not an update: another region that lacks the row would pass over it.
BEGIN;
DELETE FROM replication_heartbeat WHERE region = :'region';
INSERT INTO replication_heartbeat (region, beat) VALUES (:'region', clock_timestamp());
COMMIT;
SQL
  done
  sleep "$BEAT_SECONDS"
done
