#!/bin/bash
# pod.sh REGION PART INDEX, inside the world: one pod with the emitted scripts and environment,
# its container begun again whenever it ends, and its container `reload` beside it.
set -eu
region=$1 part=$2 index=$3
pod=$PWD/pods/$region.$part-$index
mkdir -p "$pod/data" "$pod/run"
cat >"$pod/start" <<S
mount --make-rprivate /
mount --bind $PWD/config/$region /mnt/root/config
mount --bind $PWD/tls/$region /mnt/root/tls
mount --bind $PWD/password/$region /mnt/root/password
mount --bind $pod/data /mnt/root/data
mount --bind $pod/run /mnt/root/run/redis
set -a
. $PWD/config/$region.$part.env
set +a
export HOSTNAME=$SET-$part-$index PATH=/usr/local/bin:/usr/bin:/bin
run() { /usr/sbin/chroot /mnt/root /bin/sh /config/\$1; }
(
  while sleep 1; do [ -s $pod/run/certificate ] && run reload.sh; done
) &
while true; do
  run start-$part.sh || true
  sleep 1
done
S
setsid ip netns exec "$region.$part-$index" unshare -m bash "$pod/start" >>"$pod/log" 2>&1 </dev/null &
echo $! >"$pod/pid"
