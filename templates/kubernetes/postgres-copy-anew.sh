# Replaces the replicated rows of this region by those of another, after a slot was lost or data
# was restored there. Nobody may write here meanwhile: take the region out of traffic first.
# usage: copy-anew.sh SOURCE
# Refuses if the source has not got what was written here; ACCEPT_LOSS=true goes on all the same.
# Expects what common.sh does.
. "$(dirname "$0")/common.sh"
source=$1
if [ "$source" = "$REGION" ] || ! provides "$source"; then
  say "$source sends nothing to $REGION; one of: $PROVIDERS"
  exit 64
fi

# How long ago the newest beat of this region arrived at the source, in seconds.
behind() { # database
  at "$source" "$1" --set region="$REGION" <<'SQL'
SELECT ceil(extract(epoch FROM clock_timestamp() - beat)) FROM replication_heartbeat WHERE region = :'region';
SQL
}

unsubscribe() { # region source database
  ! subscribed "$1" "$2" "$3" || at "$1" "$3" --set name="$(from "$2")" <<'SQL' >/dev/null
SELECT pglogical.drop_subscription(:'name');
SQL
}

switch() { # database enable|disable
  at "$REGION" "$1" --set name="$(from "$source")" --set way="$2" <<'SQL' >/dev/null
SELECT format('SELECT pglogical.alter_subscription_%s(%L, true)', :'way', sub_name)
FROM pglogical.subscription WHERE sub_name <> :'name' \gexec
SQL
}

send() { # region database tables
  at "$1" "$2" --set tables="$3" <<'SQL' >/dev/null
SELECT pglogical.replication_set_add_table(
  CASE WHEN EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)
       THEN 'default' ELSE 'default_insert_only' END, c.oid::regclass)
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname = ANY (string_to_array(:'tables', ' '))
  AND NOT EXISTS (SELECT FROM pglogical.tables t WHERE t.relid = c.oid AND t.set_name IS NOT NULL);
SQL
}

# While nothing is sent and nobody listens, rows can go without going elsewhere. DELETE, since
# TRUNCATE needs the tables' owner.
empty() { # database tables
  at "$REGION" "$1" --set tables="$2" <<'SQL' >/dev/null
SELECT pglogical.replication_set_remove_table(set_name, relid) FROM pglogical.tables WHERE set_name IS NOT NULL;
SET session_replication_role = replica;
SELECT format('DELETE FROM public.%I', name) FROM unnest(string_to_array(:'tables', ' ')) AS all_of (name) \gexec
SQL
}

for database in $DATABASES; do
  late=$(behind "$database")
  if [ "${late:-none}" = none ] || [ "$late" -gt 60 ]; then
    say "$database: $source has what $REGION wrote until ${late:-nobody knows how many} s ago"
    [ "${ACCEPT_LOSS:-false}" = true ] || {
      say "what was written here since then would be lost: nothing was changed; set ACCEPT_LOSS=true to go on all the same"
      exit 75
    }
  fi
done
for database in $DATABASES; do
  tables=$({ tables_of "$REGION" "$database"; tables_of "$source" "$database"; } | sort | uniq -d | cut -d: -f1 | tr '\n' ' ')
  tables=${tables% }
  say "$database: copy $tables from $source"
  for region in $REGIONS; do
    [ "$region" = "$REGION" ] || unsubscribe "$region" "$REGION" "$database"
  done
  switch "$database" disable
  unsubscribe "$REGION" "$source" "$database"
  empty "$database" "$tables"
  send "$source" "$database" "$tables"
  subscribe "$REGION" "$source" "$database" true
  at "$REGION" "$database" --set name="$(from "$source")" <<'SQL' >/dev/null
SELECT pglogical.wait_for_subscription_sync_complete(:'name');
SQL
  switch "$database" enable
  if provides "$REGION"; then
    send "$REGION" "$database" "$tables"
    for region in $REGIONS; do
      [ "$region" = "$REGION" ] || subscribe "$region" "$REGION" "$database" false
    done
  fi
  say "$database: copied from $source"
done
