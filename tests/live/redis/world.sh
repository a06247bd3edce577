#!/bin/bash
# A world of its own for one Redis set, begun by live.py in the folder of the run; SERVERS names the unpacked packages. In
# namespaces: a network namespace for each pod, a subnet for each region, and one root that all pods see. On loopback: an
# address for each pod. Ends when it is killed, and all is gone.
set -eu
work=$PWD
# Lines `pod address`, and `address host` for what has a name.
: >addresses
echo '127.0.0.1 localhost' >hosts
count=0
pods() { # what each is made by
  while read -r region net nodes sentinels; do
    for ((i = 0; i < nodes; i++)); do "$1" "$region.node-$i" "$net.$((10 + i))" "node-$i.$region.$SET.internal"; done
    for ((i = 0; i < sentinels; i++)); do "$1" "$region.sentinel-$i" "$net.$((100 + i))" "sentinel-$i.$region.$SET.internal"; done
    for ((i = 0; i < 2; i++)); do "$1" "$region.copy-$i" "$net.$((220 + i))" ""; done
    "$1" "$region.client-0" "$net.200" ""
  done <shape
}
begin() { # name address host
  echo "$1 $2" >>addresses
  [[ -z $3 ]] || echo "$2 $3" >>hosts
}
if [[ $(<world) == loopback ]]; then
  pods begin
  touch ready
  exec sleep infinity
fi
mount --make-rprivate /
mount -t tmpfs none /run
mkdir -p /run/netns
mount -t tmpfs none /mnt
mkdir -p /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
mount -t proc proc /mnt/root/proc
mount --rbind /dev /mnt/root/dev
mkdir -p /mnt/root/{config,tls,password,data,run/redis,work,harness,packages,usr/local/bin}
mount --bind "$work" /mnt/root/harness
mount --bind "$SERVERS" /mnt/root/packages
for binary in redis-cli redis-server redis-sentinel; do
  # shellcheck disable=SC2016 # expanded where it runs
  printf '#!/bin/sh\nexport LD_LIBRARY_PATH=$(echo /packages/usr/lib/*-linux-gnu)\nexec /packages/usr/bin/%s "$@"\n' \
    "$binary" >"/mnt/root/usr/local/bin/$binary"
  chmod +x "/mnt/root/usr/local/bin/$binary"
done
ip link set lo up
ip addr add 169.254.1.1/32 dev lo
sysctl -qw net.ipv4.ip_forward=1

# One name and one address for each pod, as the Services give them.
pod() { # name address host
  ip netns add "$1"
  ip link add "v$count" type veth peer name eth0 netns "$1"
  ip link set "v$count" up
  sysctl -qw "net.ipv4.conf.v$count.proxy_arp=1"
  ip netns exec "$1" ip link set lo up
  ip netns exec "$1" ip addr add "$2/32" dev eth0
  ip netns exec "$1" ip link set eth0 up
  ip netns exec "$1" ip route add 169.254.1.1 dev eth0
  ip netns exec "$1" ip route add default via 169.254.1.1
  ip route add "$2/32" dev "v$count"
  begin "$@"
  count=$((count + 1))
}
pods pod
cp hosts /mnt/root/etc/hosts
echo $$ >world.pid
touch ready
exec sleep infinity
