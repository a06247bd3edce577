# Brings the databases of this region to what the topology says: users, pglogical nodes,
# subscriptions, replicated tables. Runs again and again; what is there already is left alone.
# Expects what common.sh does, and SOURCES, PGHOST, ADMINISTRATOR, ADMINISTRATOR_PASSWORD_FILE,
# REGION_NUMBER, REGION_COUNT, BOTH_WAYS.
. "$(dirname "$0")/common.sh"
PGPASSWORD=$(cat "$ADMINISTRATOR_PASSWORD_FILE")
PGUSER=$ADMINISTRATOR
export PGPASSWORD PGUSER
failed=0
wrong() {
  say "$*"
  failed=1
}

run postgres --set password="$REPLICATION_PASSWORD" <<'SQL' >/dev/null
SELECT 'CREATE ROLE replication LOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'replication') \gexec
ALTER ROLE replication PASSWORD :'password';
GRANT rds_superuser, rds_replication, pg_read_all_data, pg_write_all_data TO replication;
SQL

# A copy that was restored beside the original starts without pglogical and has the original's
# slots and subscriptions. It forgets them before it may become a member.
restored() {
  [ "$(run postgres <<'SQL'
SELECT current_setting('shared_preload_libraries') !~ 'pglogical';
SQL
  )" = t ]
}

# Servers from November 2026 on let replication load the plugins only that this setting names.
loads() {
  [ "$(run postgres <<'SQL'
SELECT coalesce(current_setting('output_plugin_libraries', true) ~ '(^|[ ,])pglogical_output([ ,]|$)', true);
SQL
  )" = t ]
}

forget() { # database
  run "$1" <<'SQL' >/dev/null
DROP EXTENSION IF EXISTS pglogical CASCADE;
SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
WHERE database = current_database() AND NOT active;
SQL
}

node() { # database
  run postgres --set database="$1" <<'SQL'
SELECT format('CREATE DATABASE %I', :'database')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
SQL
  run "$1" --set region="$REGION" --set dsn="$(login "$REGION" "$1")" <<'SQL'
CREATE EXTENSION IF NOT EXISTS pglogical;
GRANT USAGE ON SCHEMA pglogical TO replication;
GRANT SELECT ON ALL TABLES IN SCHEMA pglogical TO replication;
CREATE TABLE IF NOT EXISTS replication_heartbeat (
  region text PRIMARY KEY,
  beat timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON replication_heartbeat TO replication;
SELECT 'node ' || pglogical.create_node(node_name := replace(:'region', '-', '_'), dsn := :'dsn')
WHERE NOT EXISTS (SELECT FROM pglogical.local_node);
SQL
}

# Numbers that two regions give out must never be the same: each takes every n-th, from the birth
# of a sequence on. Drop the event trigger before a major upgrade, which RDS refuses with it.
sequences() { # database
  run "$1" --set number="$REGION_NUMBER" --set count="$REGION_COUNT" <<'SQL' >/dev/null
SELECT format($text$
CREATE OR REPLACE FUNCTION replication_part_sequences(born oid[]) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
  own record;
BEGIN
  FOR own IN
    SELECT schemaname, sequencename, coalesce(last_value, 0) AS last
    FROM pg_sequences
    WHERE schemaname = 'public' AND increment_by <> %1$s
      AND (born IS NULL OR format('%%I.%%I', schemaname, sequencename)::regclass::oid = ANY (born))
  LOOP
    EXECUTE format('ALTER SEQUENCE %%I.%%I INCREMENT BY %1$s', own.schemaname, own.sequencename);
    PERFORM setval(format('%%I.%%I', own.schemaname, own.sequencename), (own.last / %1$s + 1) * %1$s + %2$s);
  END LOOP;
END $body$;
CREATE OR REPLACE FUNCTION replication_sequence_born() RETURNS event_trigger LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM public.replication_part_sequences(array_agg(objid))
  FROM pg_event_trigger_ddl_commands()
  WHERE object_type = 'sequence' AND command_tag = 'CREATE SEQUENCE';
END $body$;
$text$, :count, :number) \gexec
SELECT 'CREATE EVENT TRIGGER replication_sequence_born ON ddl_command_end EXECUTE FUNCTION replication_sequence_born()'
WHERE NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = 'replication_sequence_born') \gexec
SELECT replication_part_sequences(NULL);
SQL
}

# Begins at least where the other regions are: what they gave out before they were parted.
lift() { # database region
  at "$2" "$1" <<'SQL' | while IFS='|' read -r sequence last; do
SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL;
SQL
    run "$1" --set name="$sequence" --set last="$last" --set number="$REGION_NUMBER" --set count="$REGION_COUNT" <<'SQL' >/dev/null
SELECT setval(s.seqrelid::regclass, (:last / :count + 1) * :count + :number)
FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
JOIN pg_sequences v ON v.schemaname = 'public' AND v.sequencename = c.relname
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = :'name' AND coalesce(v.last_value, 0) < :last
  AND NOT EXISTS (SELECT FROM pg_depend d JOIN pglogical.tables t ON t.relid = d.refobjid
                  WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND t.set_name IS NOT NULL);
SQL
  done
}

# The replicated tables of the source that have rows here. A subscription that begins late copies
# all rows of the source, which only empty tables can take.
full() { # database source
  at "$2" "$1" <<'SQL' | while read -r table; do
SELECT relname FROM pglogical.tables
WHERE set_name IS NOT NULL AND nspname = 'public' AND relname <> 'replication_heartbeat';
SQL
    run "$1" --set table="$table" <<'SQL'
SELECT 'SELECT ' || quote_literal(relname) || ' WHERE EXISTS (SELECT FROM public.' || quote_ident(relname) || ')'
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname = :'table' \gexec
SQL
  done
}

follow() { # database source
  if ! at "$2" "$1" <<'SQL' >/dev/null 2>&1; then
SELECT pglogical.pglogical_node_info();
SQL
    wrong "$1: $2 is not ready; the next run tries again"
    return
  fi
  ! subscribed "$REGION" "$2" "$1" || return 0
  rows=$(full "$1" "$2" | tr '\n' ' ')
  if [ -n "$rows" ]; then
    wrong "$1: $2 replicates ${rows% }, and there are rows here; run copy-anew.sh $2 to replace them by those of $2, or there to replace its own"
    return
  fi
  # Its heartbeat table is among them, and has a row of each region.
  run "$1" <<'SQL'
DELETE FROM replication_heartbeat;
SQL
  subscribe "$REGION" "$2" "$1" true || wrong "$1: $2 is not ready; the next run tries again"
}

# Tables are sent once every region has them, with the same columns.
tables() { # database
  seen=""
  for region in $REGIONS; do
    for source in $PROVIDERS; do
      [ "$region" = "$source" ] || subscribed "$region" "$source" "$1" 2>/dev/null || {
        say "$1: $region does not subscribe to $source yet; tables are added once it does"
        return
      }
    done
    there=$(tables_of "$region" "$1") || return
    seen="$seen$(printf '%s\n' "$there" | sed "s/^/$region:/")
"
  done
  printf '%s' "$seen" | cut -d: -f2 | sort -u | while read -r table; do
    shapes=$(printf '%s' "$seen" | awk -F: -v t="$table" '$2 == t { print $3 }' | sort -u | wc -l)
    regions=$(printf '%s' "$seen" | awk -F: -v t="$table" '$2 == t { printf "%s ", $1 }')
    if [ "$(printf '%s' "$regions" | wc -w)" -lt "$(printf '%s' "$REGIONS" | wc -w)" ]; then
      say "$1: $table is only in ${regions% }; it is replicated once every region has it"
    elif [ "$shapes" -gt 1 ]; then
      say "$1: $table has not the same columns in every region: changes wait until it has"
    else
      printf '%s\n' "$table"
    fi
  done
}

add_table() { # compare database table
  # shellcheck disable=SC2086 # a word for each region
  COMPARE=$1 sh "$(dirname "$0")/add-table.sh" "$2" "$3" "" $REGIONS || true
}

add() { # database table
  sent=""
  for source in $PROVIDERS; do
    sent="$sent$(at "$source" "$1" --set table="$2" <<'SQL'
SELECT count(*) FROM pglogical.tables
WHERE nspname = 'public' AND relname = :'table' AND set_name IS NOT NULL;
SQL
    ) "
  done
  case " $sent" in *' 0 '*) ;; *) return 0 ;; esac
  answer=$(add_table false "$1" "$2")
  [ "$answer" != differ ] || answer=$(add_table true "$1" "$2")
  case $answer in
    add*) say "$1: $2 is replicated${answer#add}" ;;
    differ) wrong "$1: $2 has rows in several regions that are not the same: it is not replicated; make them the same, or empty it in all regions but one" ;;
    *) say "$1: $2 could not be locked in every region; the next run tries again" ;;
  esac
}

states() { # database
  run "$1" <<'SQL'
SELECT coalesce(string_agg(subscription_name || ' ' || status, ', '), 'subscribes to nobody')
FROM pglogical.show_subscription_status();
SQL
}

# A subscription that has failed is tried again after up to three minutes: it is asked to now.
retry() { # database
  run "$1" <<'SQL' >/dev/null
SELECT format('SELECT pglogical.alter_subscription_disable(%1$L, true), pg_sleep(1)', subscription_name),
       format('SELECT pglogical.alter_subscription_enable(%L, true)', subscription_name)
FROM pglogical.show_subscription_status() WHERE status = 'down' \gexec
SQL
  sleep 8
}

loads || wrong "output_plugin_libraries does not name pglogical_output: nothing can be replicated from here"
for database in $DATABASES; do
  if restored; then
    forget "$database"
    wrong "$database: a restored copy, which has forgotten the original's peers; give it the original's parameter group and restart it"
    continue
  fi
  say "$database: node"
  node "$database"
  [ "$BOTH_WAYS" = false ] || sequences "$database"
  for source in $SOURCES; do
    if ! at "$source" "$database" </dev/null 2>/dev/null; then
      wrong "$database: $source does not answer; the next run tries again"
      continue
    fi
    [ "$BOTH_WAYS" = false ] || lift "$database" "$source"
    follow "$database" "$source"
  done
  [ -z "$SOURCES" ] || for table in $(tables "$database" | tr '\n' ' '); do add "$database" "$table"; done
  state=$(states "$database")
  case $state in
    *' down'*)
      retry "$database"
      state=$(states "$database")
      ;;
  esac
  say "$database: $state"
  # What was given up does not come back by itself: its slot is lost, and with it what came since.
  case $state in
    *' down'*) wrong "$database: a subscription is down; if its slot at the source is lost, run copy-anew.sh" ;;
    *' disabled'*) wrong "$database: a subscription is disabled; follow.sh enables it" ;;
  esac
done
exit "$failed"
