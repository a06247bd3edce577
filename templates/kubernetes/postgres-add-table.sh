# Begins to replicate a table, in all regions at once: it is locked in each of them until all send
# it, so that no write falls between. Rows that only one region has are copied to the others.
# usage: add-table.sh DATABASE TABLE STATES REGION...
# Prints `add`, `add: copied from REGION`, or `differ` if several regions have rows; with COMPARE
# true, only if these are not the same.
# STATES is what the regions that are locked already have.
. "$(dirname "$0")/common.sh"
database=$1 table=$2 states=$3
shift 3

decide() {
  origins="" contents=""
  copied=false
  for state in $states; do
    case ${state#*=} in
      empty) ;;
      copied) copied=true ;;
      *)
        origins="$origins ${state%%=*}"
        contents="$contents ${state#*=}"
        ;;
    esac
  done
  origins=${origins# }
  different=$(printf '%s' "$contents" | tr ' ' '\n' | sed '/^$/d' | sort -u | wc -l)
  if [ -z "$origins" ] || [ "$copied" = true ]; then
    printf 'add'
  elif [ "${origins#* }" = "$origins" ]; then
    printf 'add: copied from %s' "$origins"
  elif [ "$COMPARE" = true ] && [ "$different" -eq 1 ]; then
    printf 'add'
  else
    printf 'differ'
  fi
}

if [ "$#" -eq 0 ]; then
  decide
  exit
fi
region=$1
shift
publishes=false
if provides "$region"; then publishes=true; fi
SELF=$0
export SELF
at "$region" "$database" --set table="$table" --set database="$database" --set region="$region" --set publishes="$publishes" \
  --set states="$states" --set rest="$*" --set compare="$COMPARE" <<'SQL'
BEGIN;
SET LOCAL lock_timeout = '5s';
LOCK TABLE public.:"table" IN SHARE ROW EXCLUSIVE MODE;
SELECT CASE
    -- Each region writes a row of its own into its heartbeat table.
    WHEN :'table' = 'replication_heartbeat' OR NOT EXISTS (SELECT FROM public.:"table") THEN 'empty'
    WHEN EXISTS (SELECT FROM pglogical.local_sync_status
                 WHERE sync_nspname = 'public' AND sync_relname = :'table' AND sync_status IN ('r', 'y')) THEN 'copied'
    -- Of what is larger than 1 GiB the rows are not compared: it would be locked for too long.
    WHEN :'compare' = 'true' AND pg_table_size(format('public.%I', :'table')::regclass) < 1073741824
      THEN (SELECT count(*) || '.' || sum(hashtextextended(t::text, 0)) FROM public.:"table" t)
    ELSE :'region'
  END AS state,
  EXISTS (SELECT FROM pglogical.tables WHERE nspname = 'public' AND relname = :'table' AND set_name IS NOT NULL) AS sent
\gset
\set states :states ' ' :region '=' :state
\set answer `sh "$SELF" :'database' :'table' :'states' :rest`
SELECT :'answer' LIKE 'add%' AS agreed, :'answer' = 'add: copied from ' || :'region' AS copy \gset
\if :agreed
SELECT pglogical.replication_set_remove_table(set_name, format('public.%I', :'table')::regclass)
FROM pglogical.tables
WHERE :'copy' AND nspname = 'public' AND relname = :'table' AND set_name IS NOT NULL \g /dev/null
-- Without a primary key only new rows can be sent.
SELECT pglogical.replication_set_add_table(
  CASE WHEN EXISTS (SELECT FROM pg_index i WHERE i.indrelid = format('public.%I', :'table')::regclass AND i.indisprimary)
       THEN 'default' ELSE 'default_insert_only' END,
  format('public.%I', :'table')::regclass, :'copy')
WHERE :'publishes' AND (:'copy' OR NOT :'sent') \g /dev/null
COMMIT;
\else
ROLLBACK;
\endif
\echo :answer
SQL
