#!/bin/sh
# In the pod of a copy: takes what the set has now, as a snapshot. What is kept is not taken again.
set -eu
. /config/snapshot.sh
if [ ! -f /data/dump.rdb ]; then
  snapshot /data/dump.rdb "$(cat /password/password)" || exit 1
fi
echo kept
