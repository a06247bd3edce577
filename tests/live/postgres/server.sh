#!/bin/bash
# server.sh NAME ADDRESS PARAMETERS: a PostgreSQL whose data is in the folder NAME, with a file of
# parameters. Makes the data if there is none. PostgreSQL refuses to be root: it runs as another
# user of a namespace of its own, which is the same user outside, or as another user where there is none.
set -eu
name=$1 address=$2 parameters=$3
binaries=$(echo "$SERVERS"/usr/lib/postgresql/*/bin)
LD_LIBRARY_PATH=$(echo "$SERVERS"/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH
alone=(unshare --user --map-user=1000 --map-group=1000) owner=""
if [[ $LIVE_WORLD == loopback ]]; then
  alone=()
  if ((EUID == 0)); then alone=(setpriv --reuid=1000 --regid=1000 --clear-groups) owner=1000:1000; fi
fi
own() { [[ -z $owner ]] || chown -R "$owner" "$name"; }
if [[ ! -d $name ]]; then
  printf adminpw >pw
  mkdir "$name"
  own
  "${alone[@]}" "$binaries/initdb" -D "$name" -A scram-sha-256 -U administrator --pwfile=pw >/dev/null
  cp s.key "$name/server.key"
  cp s.crt "$name/server.crt"
  chmod 600 "$name/server.key"
  printf 'hostssl all all 127.0.0.0/8 scram-sha-256\nhostssl replication all 127.0.0.0/8 scram-sha-256\n' >"$name/pg_hba.conf"
fi
cat "$parameters" - >"$name/postgresql.conf" <<C
listen_addresses='$address'
unix_socket_directories=''
port=5432
ssl=on
shared_buffers=32MB
fsync=off
C
own
HOME=/ setsid "${alone[@]}" "$binaries/postgres" -D "$name" >>"$name.log" 2>&1 </dev/null &
for _ in $(seq 150); do
  "$binaries/pg_isready" --quiet --host "$address" && exit
  sleep 0.2
done
echo "$name does not start" >&2
tail -n 5 "$name.log" >&2
exit 1
