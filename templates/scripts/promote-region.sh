#!/usr/bin/env bash
# {{ header | comment }}
#
# The way back: lets a recovered region serve again, and those that helped shrink. Only ever
# started by a person.
# A dry run unless --apply is given. See RUNBOOK_FAILOVER.md, "Return".

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: promote-region.sh --region REGION [--apply] [--yes]

  --region REGION   the region that serves again
  --apply           act; without it every command is only printed
  --yes             do not ask for the name of the region
TEXT
}

REGION=""
while (($#)); do
  case $1 in
    --region) REGION=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --apply) APPLY=true; shift ;;
    --yes) ASSUME_YES=true; shift ;;
    --help) usage; exit 0 ;;
    *) usage >&2; exit 64 ;;
  esac
done
[[ -n ${REGION} ]] || { usage >&2; exit 64; }
known_region "${REGION}"
need{% for tool in tools %} {{ tool }}{% endfor %}

step "Condition: copies are at most {{ lag_below | quoted }} behind"
{% for region in regions %}
if [[ ${REGION} == {{ region.name }} ]]; then
{% for op in region.lag %}
  measure {{ op.budget }} {{ op.title }} {{ op.command }}
{% else %}
  note "nothing replicates asynchronously to this region that could be measured here"
{% endfor %}
fi
{% endfor %}
[[ ${BEHIND} != unknown ]] || die 75 "the lag is unknown: do not return yet"
((BEHIND <= {{ lag_below_seconds }})) || die 75 "copies are ${BEHIND} s behind: do not return yet"
confirm "${REGION}"
lock
{% for region in regions %}
{% for p in region.places %}
prove 0 {{ p.title }} {{ p.wants }} {{ p.command }} || die 75 {{ p.otherwise }}
{% endfor %}
{% endfor %}
{% for region in regions %}
{% if region.return %}
if [[ ${REGION} == {{ region.name }} ]]; then
  step "Bring what is written back to ${REGION}"
{% for op in region.return %}
  run {{ op.budget }} {{ op.title }} {{ op.command }} || die 75 {{ op.otherwise }}
{% endfor %}
{% for p in region.returned %}
  prove {{ p.within }} {{ p.title }} {{ p.wants }} {{ p.command }} || die 75 {{ p.otherwise }}
{% endfor %}
fi
{% endif %}
{% endfor %}
step "Let ${REGION} serve again"
case ${REGION} in
{% for region in regions %}
  {{ region.name }})
{% for op in region.unfence %}
    run {{ op.budget }} {{ op.title }} {{ op.command }} || die 75 {{ op.otherwise }}
{% else %}
    note "nothing was fenced"
{% endfor %}
{% for p in region.unfenced %}
    prove {{ p.within }} {{ p.title }} {{ p.wants }} {{ p.command }} || die 75 {{ p.otherwise }}
{% endfor %}
    ;;
{% endfor %}
  *) die 65 "no such region: ${REGION}" ;;
esac
unmark_fenced "${REGION}"
step "Verify from outside"
{% for op in verify %}
look {{ op.budget }} {{ op.title }} {{ op.command }} || die 75 {{ op.otherwise }}
{% else %}
note "no host to ask"
{% endfor %}
step "Let the regions that helped shrink again"
{% for region in regions %}
if [[ ${REGION} != {{ region.name }} ]]; then
{% for op in region.settle %}
  run {{ op.budget }} {{ op.title }} {{ op.command }} || missed {{ op.otherwise }}
{% else %}
  note {{ "nothing was held in " ~ region.name }}
{% endfor %}
fi
{% endfor %}
finish "Done: run terraform plan, which must show no change, then allow deployments again"
