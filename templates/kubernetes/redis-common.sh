# What the scripts of a Redis set share.
# shellcheck shell=sh

# A word as Redis reads it in files and on standard input, whatever it holds: "\x70\x77".
quoted() {
  printf '"%s"' "$(printf '%s' "$1" | od -A n -v -t x1 | tr -d '\n' | sed 's/ /\\x/g')"
}

# Runs commands from standard input at a member; its answer, and a failure if there is none.
ask() { # host port password
  unset REDISCLI_AUTH
  if [ -n "$3" ]; then
    REDISCLI_AUTH=$3
    export REDISCLI_AUTH
  fi
  timeout 5 redis-cli --no-auth-warning --tls --cacert /tls/ca.crt -h "$1" -p "$2"
}

sentinel() { # arguments
  echo "sentinel $*" | ask localhost 26379 ""
}

primary() {
  sentinel get-master-addr-by-name "${SET_NAME}" | head -n 1
}

# The nodes of this region.
own_nodes() {
  for node in ${NODES}; do
    case ${node} in *".${MEMBER_DOMAIN}") echo "${node}" ;; esac
  done
}

certificate() { cat /tls/tls.crt /tls/tls.key /tls/ca.crt | cksum; }
