#!/bin/sh
# Whether the member beside this answers, with its password.
set -eu
. /config/common.sh
case $1 in
  node) said=$(echo ping | ask localhost 6379 "$(cat /run/redis/password)") ;;
  *) said=$(echo ping | ask localhost 26379 "") ;;
esac
[ "${said}" = PONG ]
