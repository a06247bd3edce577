#!/bin/bash
# pod.sh REGION PART INDEX, in the folder of the run: one pod with the emitted scripts and environment, its container begun
# again whenever it ends, and its container `reload` beside it. A client is a pod in which nothing is begun.
set -eu
region=$1 part=$2 index=$3
name=$region.$part-$index pod=$PWD/pods/$region.$part-$index
mkdir -p "$pod"/{data,run,root}
[[ $part == client ]] && settings=backup || settings=$part
{
  printf 'set -a\n'
  [[ ! -f config/$region.$settings.env ]] || printf '. %s\n' "$PWD/config/$region.$settings.env"
  printf 'set +a\nexport HOSTNAME=%s\n' "$SET-$part-$index"
} >"$pod/in"
mkdir -p bucket
if [[ $(<world) == namespaces ]]; then
  cat >>"$pod/in" <<S
mount --make-rprivate /
mount --bind $PWD/config/$region /mnt/root/config
mount --bind $PWD/tls/$region /mnt/root/tls
mount --bind $PWD/password/$region /mnt/root/password
mount --bind $pod/data /mnt/root/data
mount --bind $pod/run /mnt/root/run/redis
mount --bind $PWD/bucket /mnt/root/work
export PATH=/usr/local/bin:/usr/bin:/bin
exec /usr/sbin/chroot /mnt/root "\$@"
S
else
  # The same paths below the pod's folder; servers have the pod's address, and `localhost` is that.
  root=$pod/root
  mkdir -p "$root"/{config,run}
  for file in "config/$region"/*; do
    sed -E "s#(^|[ \"'=<>])/(config|tls|password|data|run/redis|work)(/|\$|[ \"'])#\1$root/\2\3#g" "$file" >"$root/config/${file##*/}"
  done
  ln -sfn "$PWD/tls/$region" "$root/tls"
  ln -sfn "$PWD/password/$region" "$root/password"
  ln -sfn "$pod/data" "$root/data"
  ln -sfn "$pod/run" "$root/run/redis"
  ln -sfn "$PWD/bucket" "$root/work"
  address=$(sed -n "s/^$name //p" addresses)
  { grep -v ' localhost$' hosts; printf '%s localhost\n' "$address"; } >"$pod/hosts"
  mkdir -p "$root/bin"
  for binary in redis-cli redis-server redis-sentinel; do
    case $binary in
      redis-cli) more='case " $* " in *" -h "*) ;; *) set -- -h localhost "$@" ;; esac' ;;
      *) more="set -- \"\$@\" --bind $address --bind-source-addr $address" ;;
    esac
    printf '#!/bin/sh\n%s\nLD_LIBRARY_PATH=%s LD_PRELOAD=%s NSS_WRAPPER_HOSTS=%s exec %s/usr/bin/%s "$@"\n' "$more" \
      "$(echo "$SERVERS"/usr/lib/*-linux-gnu)" "$NSS_WRAPPER" "$pod/hosts" "$SERVERS" "$binary" >"$root/bin/$binary"
    chmod +x "$root/bin/$binary"
  done
  cat >>"$pod/in" <<S
export PATH=$root/bin:/usr/bin:/bin
for word in "\$@"; do
  shift
  case \$word in
    /harness/*) word=$PWD\${word#/harness} ;;
    /config/* | /tls/* | /password/* | /data/* | /work/*) word=$root\$word ;;
  esac
  set -- "\$@" "\$word"
done
exec "\$@"
S
fi
[[ $part != client ]] || exit 0
cat >"$pod/start" <<S
here=${BASH_SOURCE[0]%/*}
run() { bash \$here/enter.sh $name /bin/sh /config/\$1; }
(
  while sleep 1; do [ -s $pod/run/certificate ] && run reload.sh; done
) &
while true; do
  run start-$part.sh || true
  sleep 1
done
S
setsid bash "$pod/start" >>"$pod/log" 2>&1 </dev/null &
echo $! >"$pod/pid"
