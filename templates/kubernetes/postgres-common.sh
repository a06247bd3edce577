# What the scripts beside it share.
# Expects DATABASES, LOCAL_TABLES, REGION, REGIONS, PROVIDERS (the regions whose writes are
# replicated) and a host of each region, HOST_us_west_2; REPLICATION_PASSWORD.
set -eu
IFS=' '
PGSSLMODE=require
PGCONNECT_TIMEOUT=10
export PGSSLMODE PGCONNECT_TIMEOUT
say() { printf '%s %s\n' "$(date -u +%H:%M:%S)" "$*" >&2; }

# Errors of pglogical hold the connection string with the password in their details, and slow or
# failed statements are logged whole: neither is printed or logged.
run() { # database arguments... ; SQL on standard input
  into=$1
  shift
  {
    cat <<'SQL'
SELECT format('SET %I = %L', name, value)
FROM (VALUES ('log_statement', 'none'), ('log_min_duration_statement', '-1'),
             ('log_min_error_statement', 'panic'), ('log_error_verbosity', 'terse'), ('client_min_messages', 'warning')) AS quiet (name, value)
WHERE name = 'client_min_messages' OR has_parameter_privilege(name, 'SET') \gexec
SQL
    cat
  } | psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --set VERBOSITY=terse "$@" --dbname "$into"
}

host_of() { # region
  eval "printf '%s' \"\${HOST_$(printf '%s' "$1" | tr '-' '_')}\""
}

# As the user that replicates, in a region.
at() { # region database arguments... ; SQL on standard input
  of=$1
  database_there=$2
  shift 2
  PGUSER=replication PGPASSWORD=$REPLICATION_PASSWORD run "$database_there" --host "$(host_of "$of")" "$@"
}

# How the user that replicates signs in to a database; its password is quoted as libpq reads it.
login() { # region database
  password=$(printf '%s' "$REPLICATION_PASSWORD" | sed "s/[\\\\']/\\\\&/g")
  printf "host=%s port=5432 dbname=%s user=replication password='%s' sslmode=require" "$(host_of "$1")" "$2" "$password"
}

from() { # region
  printf 'from_%s' "$1" | tr '-' '_'
}

provides() { # region
  case " $PROVIDERS " in
    *" $1 "*) true ;;
    *) false ;;
  esac
}

# Whether a region has a subscription to another.
subscribed() { # region source database
  [ "$(at "$1" "$3" --set name="$(from "$2")" <<'SQL'
SELECT count(*) FROM pglogical.subscription WHERE sub_name = :'name';
SQL
  )" = 1 ]
}

subscribe() { # region source database copy
  at "$1" "$3" --set name="$(from "$2")" --set dsn="$(login "$2" "$3")" --set copy="$4" <<'SQL'
SELECT 'subscription ' || pglogical.create_subscription(
  subscription_name := :'name',
  provider_dsn := :'dsn',
  synchronize_structure := false,
  synchronize_data := :'copy'::boolean,
  -- Only what was written there: changes that came from here do not come back.
  forward_origins := '{}');
SQL
}

# The replicated tables of a region's database that are to be sent: not those that stay local.
tables_of() { # region database
  at "$1" "$2" --set local="$LOCAL_TABLES" <<'SQL'
SELECT c.relname || ':' || string_agg(a.attname, ',' ORDER BY a.attname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname !~ '[[:space:]:,]'
  AND NOT c.relname = ANY (string_to_array(:'local', ' '))
GROUP BY c.relname ORDER BY c.relname;
SQL
}
