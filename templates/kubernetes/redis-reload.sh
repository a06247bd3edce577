#!/bin/sh
# Keeps a running member at what its Secrets hold. A renewed certificate is served within
# minutes: a node loads it; a sentinel cannot, so it ends and Kubernetes starts it again.
# A new password is taken beside the old one, and used once every node that answers takes it;
# the old one goes with the next restart.
set -eu
. /config/common.sh
case ${PART} in node) port=6379 ;; *) port=26379 ;; esac

renewed() {
  [ "$(certificate)" = "$(cat /run/redis/certificate)" ] && return
  if [ "${PART}" = sentinel ]; then
    # One after the other: the others of this region keep voting meanwhile.
    sleep "$((${HOSTNAME##*-} * 60))"
    echo "the certificate was renewed: the sentinel starts again"
    echo shutdown | ask localhost "${port}" "" || true
    return
  fi
  found=$(certificate)
  said=$(echo 'config set tls-cert-file /tls/tls.crt tls-key-file /tls/tls.key tls-ca-cert-file /tls/ca.crt' |
    ask localhost "${port}" "$(cat /run/redis/password)")
  echo "the certificate was renewed: ${said}"
  [ "${said}" = OK ] && echo "${found}" > /run/redis/certificate
}

# Whether every node that answers takes a password.
taken() { # password
  for node in ${NODES}; do
    said=$(echo ping | ask "${node}" 6379 "$1" 2>&1) || continue
    case ${said} in *WRONGPASS* | *NOAUTH*) return 1 ;; esac
  done
}

replaced() {
  new=$(cat /password/password) old=$(cat /run/redis/password)
  [ "${new}" = "${old}" ] && return
  if [ "${PART}" = node ]; then
    said=$(echo "acl setuser default $(quoted ">${new}")" | ask localhost "${port}" "${old}")
    [ "${said}" = OK ] || { echo "the new password was refused: ${said}"; return 1; }
  fi
  taken "${new}" || { echo "a node does not take the new password yet"; return 1; }
  if [ "${PART}" = node ]; then
    said=$(echo "config set masterauth $(quoted "${new}")" | ask localhost "${port}" "${new}")
  else
    said=$(echo "sentinel set ${SET_NAME} auth-pass $(quoted "${new}")" | ask localhost "${port}" "")
  fi
  [ "${said}" = OK ] || { echo "the new password is not used: ${said}"; return 1; }
  echo "the new password is used"
  printf '%s' "${new}" > /run/redis/password
}

umask 077
while true; do
  sleep "${RELOAD_SECONDS}"
  renewed || true
  replaced || true
done
