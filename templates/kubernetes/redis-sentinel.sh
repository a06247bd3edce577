#!/bin/sh
# Starts a sentinel. Who it is, who the primary is and whom it knows stand in a file that it keeps
# itself, and only that is taken from it: all else is what the topology says, at each start.
set -eu
. /config/common.sh
self="sentinel-${HOSTNAME##*-}.${MEMBER_DOMAIN}"
password=$(cat /password/password)
state='^sentinel (config-epoch|current-epoch|known-replica|known-sentinel|leader-epoch|myid) '
umask 077
touch /data/sentinel.conf
quorum=$(sed -n 's/^sentinel monitor .* //p' /config/sentinel.conf)
monitor=$(sed -n 's/^\(sentinel monitor .* \)[0-9]*$/\1/p' /data/sentinel.conf)
{
  if [ -n "${monitor}" ]; then
    sed "s|^sentinel monitor .*|${monitor}${quorum}|" /config/sentinel.conf
    grep -E "${state}" /data/sentinel.conf || true
  else
    cat /config/sentinel.conf
  fi
  printf 'sentinel announce-ip %s\n' "${self}"
  # The sentinel itself writes it without quotes.
  printf 'sentinel auth-pass %s %s\n' "${SET_NAME}" "$(quoted "${password}")"
} > /data/sentinel.conf.new
mv /data/sentinel.conf.new /data/sentinel.conf
printf '%s' "${password}" > /run/redis/password
certificate > /run/redis/certificate
exec redis-sentinel /data/sentinel.conf
