#!/bin/sh
# Serves a snapshot beside the set as soon as it is there, to nobody but a restore. Where an
# append-only file is asked for and there is none, Redis starts empty and reads no snapshot.
set -eu
. /config/common.sh
until [ -f /data/dump.rdb ]; do sleep 1; done
password=$(cat /password/password)
umask 077
{
  grep -v -E '^(appendonly|min-replicas-)' /config/redis.conf
  printf 'appendonly no\nsave ""\n'
  printf 'requirepass %s\n' "$(quoted "${password}")"
} > /run/redis/redis.conf
printf '%s' "${password}" > /run/redis/password
exec redis-server /run/redis/redis.conf
