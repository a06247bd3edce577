#!/bin/sh
# Makes a node of this region the primary, and ends once it takes writes. Sentinels promote the
# replica with the smallest priority.
set -eu
. /config/common.sh
password=$(cat /run/redis/password)
at() { ask "$1" 6379 "${password}"; }
here() { case $(primary) in *".${MEMBER_DOMAIN}") return 0 ;; *) return 1 ;; esac; }

# A command that would change nothing is refused as any other write is.
writes() {
  [ "$(echo "del ${SET_NAME}-promotion" | at "$(primary)" 2>/dev/null)" = 0 ]
}

# Priorities as this sentinel knows them, which asks every ten seconds.
preferred() {
  sentinel replicas "${SET_NAME}" | grep -x -A 1 slave-priority | grep -q -x 1
}

wait_for() { # seconds what
  left=$1
  until "$2"; do
    left=$((left - 1))
    [ "${left}" -gt 0 ] || return 1
    sleep 1
  done
}

usual=$(sed -n 's/^replica-priority //p' /config/redis.conf)
prefer() { # priority
  set_at=0
  for node in $(own_nodes); do
    if [ "$(echo "config set replica-priority $1" | at "${node}" 2>/dev/null)" = OK ]; then
      set_at=$((set_at + 1))
    fi
  done
  [ "${set_at}" -gt 0 ]
}

if ! here; then
  trap 'prefer "${usual}" || true' EXIT
  prefer 1 || { echo "no node of ${MEMBER_DOMAIN} answers"; exit 1; }
  wait_for 15 preferred || { echo "the sentinel does not see the nodes of ${MEMBER_DOMAIN}"; exit 1; }
  said=$(sentinel failover "${SET_NAME}")
  case ${said} in OK | *INPROG*) ;; *) echo "${said}"; exit 1 ;; esac
  wait_for 30 here || { echo "the primary is still $(primary)"; exit 1; }
fi
wait_for 15 writes || { echo "$(primary) takes no writes"; exit 1; }
echo "$(primary) is the primary and takes writes"
