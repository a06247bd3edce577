#!/bin/sh
# Starts a Redis node as what the sentinels know it to be: after a failover the first node
# of the first region is a replica like any other.
set -eu
. /config/common.sh
self="node-${HOSTNAME##*-}.${MEMBER_DOMAIN}"
primary=""
for sentinel in ${SENTINELS}; do
  answer=$(timeout 3 redis-cli --tls --cacert /tls/ca.crt -h "${sentinel}" -p 26379 \
    sentinel get-master-addr-by-name "${SET_NAME}" 2>/dev/null | head -n 1) || continue
  if [ -n "${answer}" ]; then
    primary="${answer}"
    break
  fi
done
# No sentinel answers: this is the first start, or the whole set is down. The sentinels
# correct a node that comes back with an old idea of the primary.
primary="${primary:-${INITIAL_PRIMARY}}"
password=$(cat /password/password)
umask 077
{
  cat /config/redis.conf
  printf 'replica-announce-ip %s\n' "${self}"
  printf 'requirepass %s\n' "$(quoted "${password}")"
  printf 'masterauth %s\n' "$(quoted "${password}")"
  if [ "${primary}" != "${self}" ]; then
    printf 'replicaof %s 6379\n' "${primary}"
  fi
} > /run/redis/redis.conf
printf '%s' "${password}" > /run/redis/password
certificate > /run/redis/certificate
exec redis-server /run/redis/redis.conf
