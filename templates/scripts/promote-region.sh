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
{% if "lag" in plan.ids %}

# Holds what was measured against what the return allows: {{ lag_below | comment }}.
compare() {
  [[ ${BEHIND} != unknown ]] || die 75 "replication lag is unknown: do not fail back yet"
  ((BEHIND <= {{ lag_below_seconds }})) || die 75 "replication lag is ${BEHIND} s: do not fail back yet"
}
{% endif %}

{% include "steps.sh" %}

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

right_place
{% if clusters %}
right_cluster "${REGIONS[@]}"
{% endif %}
{% if "lag" in plan.ids %}
lag
{% endif %}
confirm "${REGION}"
lock
{% for id in plan.ids if id != "lag" %}
{{ id }}
{% endfor %}
{% if "serve" not in plan.ids %}
take_mark "fenced-${REGION}"
{% endif %}
finish "Done: run terraform plan, which must show no change, then allow deployments again"
