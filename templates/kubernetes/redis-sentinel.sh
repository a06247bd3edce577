#!/bin/sh
# Starts a sentinel. Its file is written once and then kept by the sentinel itself, which
# records in it who the primary is.
set -eu
self="sentinel-${HOSTNAME##*-}.${MEMBER_DOMAIN}"
umask 077
if [ ! -s /data/sentinel.conf ]; then
  {
    cat /config/sentinel.conf
    printf 'sentinel announce-ip %s\n' "${self}"
    printf 'sentinel auth-pass %s %s\n' "${SET_NAME}" "${REDIS_PASSWORD}"
  } > /data/sentinel.conf
fi
exec redis-sentinel /data/sentinel.conf
