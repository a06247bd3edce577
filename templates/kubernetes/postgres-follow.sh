# Enables every subscription of this region again, after stop-following.sh: it continues where it
# stopped.
# Expects DATABASES, PGHOST, PGUSER and PGPASSWORD.
set -eu
for database in $DATABASES; do
  psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --dbname "$database" <<'SQL'
-- A restored copy comes up without pglogical, and has nothing to enable.
SELECT to_regclass('pglogical.subscription') IS NOT NULL
       AND current_setting('pglogical.conflict_resolution', true) IS NOT NULL AS member \gset
\if :member
SELECT current_database() || ': ' || sub_name || ' ' || pglogical.alter_subscription_enable(sub_name, true)
FROM pglogical.subscription;
\endif
SQL
done
