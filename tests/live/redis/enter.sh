#!/bin/bash
# enter.sh POD COMMAND..., in the folder of the run and inside its world: runs a command in a pod, with its files, its
# environment and its address.
set -eu
name=$1
shift
if [[ $(<world) == namespaces ]]; then
  exec ip netns exec "$name" unshare -m bash "$PWD/pods/$name/in" "$@"
fi
exec bash "$PWD/pods/$name/in" "$@"
