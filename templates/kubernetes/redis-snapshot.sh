# What scripts that take a snapshot share: it is asked of a replica, the nearest first. Sentinels take
# whoever follows the primary for a node, and never forget it.
# shellcheck shell=sh
. /config/common.sh

# Fetches a snapshot from a node, if it gives one; half of one is never under the name.
snapshot_of() { # node file password
  REDISCLI_AUTH=$3 redis-cli --no-auth-warning --tls --cacert /tls/ca.crt \
    -h "$1" -p 6379 --rdb "$2.part" >/dev/null 2>&1 && mv "$2.part" "$2"
}

# Fetches one from a replica that follows its primary.
snapshot() { # file password
  for node in $(own_nodes) ${NODES}; do
    said=$(echo 'info replication' | ask "${node}" 6379 "$2" 2>/dev/null | tr -d '\r') || continue
    case ${said} in *role:slave*master_link_status:up*) ;; *) continue ;; esac
    snapshot_of "${node}" "$1" "$2" || continue
    echo "a snapshot of ${node}"
    return 0
  done
  echo "no replica gives a snapshot"
  return 1
}
