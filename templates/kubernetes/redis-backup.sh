#!/bin/sh
# Takes the snapshot of a backup. The primary is asked only where it is the whole set: without a replica that
# follows, the backup fails and its alert says so.
set -eu
. /config/snapshot.sh
password=$(cat /password/password)
case ${NODES} in
  *" "*) snapshot /work/dump.rdb "${password}" ;;
  *) snapshot_of "${NODES}" /work/dump.rdb "${password}" ;;
esac
