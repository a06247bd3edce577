#!/usr/bin/env bash
# {{ header | comment }}
#
# Moves users of a region to another bit by bit, watches them, and moves them back by itself
# if too many of their requests fail. A dry run unless --apply is given. For moves that are
# planned: a region that is lost is left by its health check. See RUNBOOK_FAILOVER.md.

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: shift-traffic.sh --from REGION --to REGION [--back] [--apply] [--yes]

  --from REGION   the region whose users are moved
  --to REGION     the region that gets them
  --back          let REGION of --from have its users again, bit by bit
  --apply         act; without it every command is only printed
  --yes           do not ask for the name of the region

{% if shift.query %}
PROMETHEUS_URL in the environment names the server that answers PromQL, as
https://prometheus.example.com or after kubectl port-forward.
{% endif %}
TEXT
}

# Percent that move at once, seconds between two steps, and at the end.
readonly STEP={{ shift.step }} EVERY={{ shift.every }} WATCH={{ shift.watch }}
{% if shift.limit %}
# The share of failed requests at which users are moved back, and seconds until the next try.
readonly LIMIT={{ shift.limit }} COOLDOWN={{ shift.cooldown }}
{% endif %}
readonly UNDONE=${EVIDENCE_DIR:-.}/${SYSTEM}-shift-traffic.undone

names() { # region
  case $1 in
{% for region in shift.regions %}
    {{ region.name }})
{% for line in region.names %}
      printf '%s\n' {{ line }}
{% endfor %}
      ;;
{% endfor %}
    *) die 65 "no users of '$1' can be moved" ;;
  esac
}

{{ set_share }}

{% if shift.query %}
# The share of requests that fail, of all regions together; nothing if nobody knows.
failing() {
  curl --fail --silent --show-error --max-time 10 --get "${PROMETHEUS_URL%/}/api/v1/query" \
    --data-urlencode {{ shift.query }} |
    jq --raw-output '.data.result[0].value[1] // empty | select(. != "NaN")'
}

# Moves everybody back if too many requests fail, or if nobody knows.
judge() {
  [[ ${APPLY} == true ]] || return 0
  local share
  share=$(failing) || share=""
  note "failing: ${share:-unknown}; the limit is ${LIMIT}"
  if [[ -n ${share} ]] && jq --exit-status --null-input "${share} < ${LIMIT}" >/dev/null; then
    return 0
  fi
  step "Undo: the users of ${FROM} are where they were"
  set_share "${FROM}" "${TO}" "${REST}"
  { date -u +%s >"${UNDONE}"; } 2>/dev/null || note "nothing remembers the undo: wait ${COOLDOWN} s before the next try"
  die 75 "moved back: ${share:-an unknown share} of the requests failed; the next try is allowed in ${COOLDOWN} s"
}
{% else %}
judge() { note "no share of failed requests is declared: watch the dashboards"; }
{% endif %}

# Waits, and looks at the end.
watch() { # seconds
  note "wait $(clock "$1")"
  BUDGET=$((BUDGET + $1))
  [[ ${APPLY} == false ]] || sleep "$1"
  judge
}

FROM="" TO="" BACK=false
while (($#)); do
  case $1 in
    --from) FROM=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --to) TO=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --back) BACK=true; shift ;;
    --apply) APPLY=true; shift ;;
    --yes) ASSUME_YES=true; shift ;;
    --help) usage; exit 0 ;;
    *) usage >&2; exit 64 ;;
  esac
done
[[ -n ${FROM} && -n ${TO} ]] || { usage >&2; exit 64; }
known_region "${FROM}"
known_region "${TO}"
[[ ${FROM} != "${TO}" ]] || die 65 "a region cannot take over from itself"
need{% for tool in shift.tools %} {{ tool }}{% endfor %}{% if shift.query %} curl{% endif %}

{% if shift.query %}
[[ ${APPLY} == false || -n ${PROMETHEUS_URL:-} ]] || die 75 "PROMETHEUS_URL is not set: nobody could see whether requests fail"
if [[ -r ${UNDONE} ]]; then
  waited=$(($(date -u +%s) - $(<"${UNDONE}")))
  ((waited >= COOLDOWN)) || die 75 "the last try was undone ${waited} s ago; wait $((COOLDOWN - waited)) s more"
fi
{% endif %}

confirm "${FROM}"
lock
# What the share is before, and so after an undo.
REST=0
[[ ${BACK} == false ]] || REST=100
moved=0
while ((moved < 100)); do
  moved=$((moved + STEP > 100 ? 100 : moved + STEP))
  share=${moved}
  [[ ${BACK} == false ]] || share=$((100 - moved))
  step "${share} % of the users of ${FROM} go to ${TO}"
  set_share "${FROM}" "${TO}" "${share}"
  ((moved == 100)) || watch "${EVERY}"
done
step "Watch the end"
watch "${WATCH}"
finish "Done: announce it, then keep the record"
