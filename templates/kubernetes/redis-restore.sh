#!/bin/sh
# The steps by which a set takes over the data of a copy: restore.sh take|release|read|count|same|apart.
# The primary follows the copy until it has all of it, and its replicas follow the primary, while the
# sentinels wait. However that ends, the primary follows nobody and the sentinels watch.
set -eu
. /config/common.sh
password=$(cat /run/redis/password)
at() { ask "$1" 6379 "${password}"; }
told() { printf '%s\n' "$1" | tr -d '\r' | sed -n "s/^$2:\(.*\)/\1/p"; }
usual=$(sed -n "s/^sentinel down-after-milliseconds ${SET_NAME} //p" /config/sentinel.conf)
quorum=$(sed -n 's/^sentinel monitor .* //p' /config/sentinel.conf)

# For how long the primary may be silent before sentinels promote another. Those that do not hear it
# must be too few to agree.
patience() { # milliseconds
  deaf=0
  for sentinel in ${SENTINELS}; do
    said=$(echo "sentinel set ${SET_NAME} down-after-milliseconds $1" | ask "${sentinel}" 26379 "" 2>&1) || true
    if [ "${said}" != OK ]; then
      deaf=$((deaf + 1))
      echo "${sentinel} does not answer; what it waits for is $1 ms once it is told, or what the topology says once it starts again"
    fi
  done
  [ "${deaf}" -lt "${quorum}" ] || { echo "${deaf} sentinels do not answer: they could promote a node meanwhile"; return 1; }
}

# Lets the primary take writes, whatever has happened.
alone() {
  for _ in 1 2 3 4 5; do
    [ "$(echo 'replicaof no one' | at "${known}" 2>/dev/null)" != OK ] || return 0
    sleep 1
  done
  echo "${known} still follows the copy"
  return 1
}

take() { # copy
  known=$(primary)
  [ "$(echo ping | at "$1")" = PONG ] || { echo "the copy does not answer"; exit 1; }
  trap 'alone || true; patience "${usual}" || true' EXIT
  patience 3600000 || exit 1
  [ "$(echo "replicaof $1 6379" | at "${known}")" = OK ] || { echo "${known} does not follow the copy"; exit 1; }
  left=3500
  while true; do
    answer=$(echo 'info replication' | at "${known}" 2>/dev/null) || answer=""
    [ "$(told "${answer}" master_host) $(told "${answer}" master_link_status)" != "$1 up" ] || break
    left=$((left - 1))
    [ "${left}" -gt 0 ] || { echo "${known} has not the data of the copy"; exit 1; }
    sleep 1
  done
  trap - EXIT
  alone || exit 1
  patience "${usual}" || exit 1
  echo "${known} has the data of the copy and follows nobody"
}

# Whether a key of the copy is at every node that answers. Its name is printed nowhere.
same() { # copy
  key=$(echo randomkey | at "$1")
  [ -n "${key}" ] || { echo "the copy has no key"; exit 1; }
  for node in ${NODES}; do
    found=$(echo "exists $(quoted "${key}")" | at "${node}" 2>/dev/null) || { echo "${node} does not answer"; continue; }
    [ "${found}" = 1 ] || { echo "${node} has another key space"; exit 1; }
  done
  echo "a key of the copy is read at every node that answers"
}

case $1 in
  release) patience "${usual}" && echo "the sentinels watch" ;;
  take) take "$2" ;;
  read) [ -n "$(echo randomkey | at localhost)" ] && echo "a key is read" ;;
  count) echo dbsize | at "${2:-$(primary)}" ;;
  same) same "$2" ;;
  apart)
    [ "$(told "$(echo 'info replication' | at "$(primary)")" role)" = master ] && echo "it follows nobody"
    ;;
esac
