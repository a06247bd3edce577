#!/bin/sh
# Says how many seconds this region's nearest node is behind the primary: by the primary's own
# count, else how long ago the node has lost it.
set -eu
. /config/common.sh
password=$(cat /run/redis/password)
lag() {
  known=$(primary)
  case ${known} in *".${MEMBER_DOMAIN}") echo 0; return ;; esac
  if answer=$(echo 'info replication' | ask "${known}" 6379 "${password}" 2>/dev/null); then
    for node in $(own_nodes); do
      printf '%s\n' "${answer}" | tr -d '\r' |
        sed -n "s/^slave[0-9]*:ip=${node},.*state=online,.*lag=\([0-9]*\)\$/\1/p"
    done
  else
    for node in $(own_nodes); do
      echo 'info replication' | ask "${node}" 6379 "${password}" 2>/dev/null | tr -d '\r' |
        sed -n 's/^master_link_down_since_seconds:\([0-9]*\)$/\1/p'
    done
  fi
}
least=$(lag | sort -n | head -n 1)
if [ -z "${least}" ]; then
  echo "${SET_NAME}: no node of ${MEMBER_DOMAIN} follows the primary"
  exit 1
fi
echo "${SET_NAME}: ${MEMBER_DOMAIN} ${least} s"
