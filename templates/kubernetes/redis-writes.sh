#!/bin/sh
# Writes to the primary and reads it back: what a client would see.
set -eu
. /config/common.sh
password=$(cat /run/redis/password)
at() { ask "$1" 6379 "${password}"; }
known=$(primary)
word=$(date +%s)
said=$(echo "set ${SET_NAME}-failover-check ${word} ex 60" | at "${known}")
[ "${said}" = OK ] || { echo "${known}: ${said}"; exit 1; }
[ "$(echo "get ${SET_NAME}-failover-check" | at "${known}")" = "${word}" ] || { echo "${known} does not keep what it is given"; exit 1; }
echo "${known} takes writes"
