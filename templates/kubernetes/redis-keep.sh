#!/bin/sh
# In the pod of a copy: takes what the set has now, as a snapshot. What is kept is not taken again.
# It is asked of a replica, the nearest first: sentinels take whoever follows the primary for a
# node, and never forget it.
set -eu
. /config/common.sh
if [ -f /data/dump.rdb ]; then
  echo kept
  exit 0
fi
password=$(cat /password/password)
for node in $(own_nodes) ${NODES}; do
  said=$(echo 'info replication' | ask "${node}" 6379 "${password}" 2>/dev/null | tr -d '\r') || continue
  case ${said} in *role:slave*master_link_status:up*) ;; *) continue ;; esac
  REDISCLI_AUTH=${password} redis-cli --no-auth-warning --tls --cacert /tls/ca.crt \
    -h "${node}" -p 6379 --rdb /data/dump.rdb.part >/dev/null 2>&1 || continue
  mv /data/dump.rdb.part /data/dump.rdb
  echo kept
  exit 0
done
echo "no replica gives a snapshot"
exit 1
