#!/usr/bin/env bash
# {{ header | comment }}
#
# Turns a host's name to the backup load balancer of one region, or back to the record that
# fails over by itself. A dry run unless --apply is given. See RUNBOOK_DNS_FAILOVER.md.

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: switch-dns.sh --host HOST --to REGION [--address ADDRESS] [--apply] [--yes]
       switch-dns.sh --host HOST --to failover --var-file FILE [--apply] [--yes]

  --host HOST        the host whose name is turned
  --to REGION        only the backup of this region answers for it
  --to failover      the global load balancer answers, and the backups when it does not
  --address ADDRESS  the backup's address, if it cannot be looked up
  --var-file FILE    values of the Terraform variables
  --apply            act; without it every command is only printed
  --yes              do not ask for the host
TEXT
}

HOST="" TO="" ADDRESS="" VAR_FILE=""
while (($#)); do
  case $1 in
    --host) HOST=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --to) TO=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --address) ADDRESS=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --var-file) VAR_FILE=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --apply) APPLY=true; shift ;;
    --yes) ASSUME_YES=true; shift ;;
    --help) usage; exit 0 ;;
    *) usage >&2; exit 64 ;;
  esac
done
[[ -n ${HOST} && -n ${TO} ]] || { usage >&2; exit 64; }
if [[ ${TO} == failover ]]; then
  [[ -n ${VAR_FILE} ]] || { usage >&2; exit 64; }
  [[ -r ${VAR_FILE} ]] || die 75 "'${VAR_FILE}' cannot be read"
  VAR_FILE=$(cd "$(dirname "${VAR_FILE}")" && pwd)/$(basename "${VAR_FILE}")
  need terraform
else
  known_region "${TO}"
fi
need{% for tool in tools %} {{ tool }}{% endfor %}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Terraform owns the record: it is brought back to what is committed, and nothing else is.
fail_over_again() { # root call
  local root=${here}/$1
  step "Turn ${HOST} to ${TO}" 240
  run 120 "Initialise Terraform" terraform -chdir="${root}" init -input=false || die 75 "Terraform cannot begin"
  run 120 "Bring the record back" terraform -chdir="${root}" apply -input=false -auto-approve -var-file="${VAR_FILE}" -target="module.$2" || die 75 "the record is as it was: run it again"
}

confirm "${HOST}"
lock
case ${HOST}/${TO} in
{% for host in dns %}
  {{ host.name }}/failover) fail_over_again {{ host.root }} {{ host.call }} ;;
{% for region in host.regions %}
  {{ host.name }}/{{ region.name }})
    step "Turn ${HOST} to ${TO}" {{ host.budget }}
{% for op in region.address %}
    if [[ -z ${ADDRESS} ]]; then
      ADDRESS=$(look {{ op.budget }} {{ op.title }} {{ op.command }} | tail -n 1) || die 75 {{ op.otherwise }}
    fi
{% endfor %}
    [[ ${ADDRESS} =~ ^[0-9.]+$ ]] || die 75 "'${ADDRESS}' is no address: give it with --address"
{% for op in region.point %}
    run {{ op.budget }} {{ op.title }} {{ op.command }} || die 75 {{ op.otherwise }}
{% endfor %}
{% for op in host.shown %}
    prove {{ turned_within }} {{ op.title }} ".*${ADDRESS//./[.]}.*" {{ op.command }} || die 75 "the name does not lead to ${ADDRESS}"
{% endfor %}
    ;;
{% endfor %}
{% endfor %}
  *) die 65 "${HOST} has no backup in ${TO}" ;;
esac
finish "Done. Cached DNS answers expire with the TTL; then verify from outside that users are served"
