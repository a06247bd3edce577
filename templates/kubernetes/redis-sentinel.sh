#!/bin/sh
# Starts a sentinel. Who the primary is stands in a file that the sentinel keeps itself; what
# the topology says of the set replaces what that file says, at each start.
set -eu
. /config/common.sh
self="sentinel-${HOSTNAME##*-}.${MEMBER_DOMAIN}"
password=$(cat /password/password)
settings='^sentinel (auth-pass|down-after-milliseconds|failover-timeout|parallel-syncs) '
umask 077
if [ ! -s /data/sentinel.conf ]; then
  {
    cat /config/sentinel.conf
    printf 'sentinel announce-ip %s\n' "${self}"
  } > /data/sentinel.conf
fi
quorum=$(sed -n 's/^sentinel monitor .* //p' /config/sentinel.conf)
{
  sed -E -e "/${settings}/d" -e "s/^(sentinel monitor .* )[0-9]+\$/\\1${quorum}/" /data/sentinel.conf
  grep -E "${settings}" /config/sentinel.conf
  # The sentinel itself writes it without quotes.
  printf 'sentinel auth-pass %s %s\n' "${SET_NAME}" "$(quoted "${password}")"
} > /data/sentinel.conf.new
mv /data/sentinel.conf.new /data/sentinel.conf
printf '%s' "${password}" > /run/redis/password
certificate > /run/redis/certificate
exec redis-sentinel /data/sentinel.conf
