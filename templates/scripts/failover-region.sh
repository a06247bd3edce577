#!/usr/bin/env bash
# {{ header | comment }}
#
# Leaves a region: {% for id in plan.ids %}{% if not loop.first %}, {% endif %}{{ id }}{% endfor %}.
# A dry run unless --apply is given. See RUNBOOK_FAILOVER.md.

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: failover-region.sh --from REGION --to REGION [--step STEP] [--apply] [--yes]
{% if "lag" in plan.ids %}
                          [--accept-data-loss-seconds N]
{% endif %}
       failover-region.sh --status
       failover-region.sh --unlock [--apply] [--yes]

  --from REGION   the lost region
  --to REGION     the region that takes over
  --step STEP     only one of:{% for id in plan.ids %} {{ id }}{% endfor %}

  --status        show the state of everything and who holds the lock, change nothing
  --unlock        take away the lock of somebody who is not at work any more
  --apply         act; without it every command is only printed
  --yes           do not ask for the name of the region
{% if "lag" in plan.ids %}
  --accept-data-loss-seconds N
                  go on although copies may be up to N seconds behind
{% endif %}
TEXT
}

FROM="" TO="" ONLY="" UNLOCK=false
{% if "lag" in plan.ids %}
ACCEPTED=""
{% endif %}
{% if "lag" in plan.ids %}
# Copies that lack more than their datastore may lose, in words.
OVER=""
{% endif %}
{% if cooldown %}

# Seconds between two failovers, and what the last one was: when, from, to.
readonly COOLDOWN={{ cooldown }}
readonly LAST=${EVIDENCE_DIR:-.}/${SYSTEM}-failover-region.last

# Another failover waits; going on with the same one does not.
cool_down() {
  local at from to rest
  [[ ${APPLY} == true && (-z ${ONLY} || ${ONLY} == fence) ]] || return 0
  if [[ -r ${LAST} ]] && IFS=' ' read -r at from to <"${LAST}" && [[ ${from} != "${FROM}" || ${to} != "${TO}" ]]; then
    rest=$((at + COOLDOWN - $(date -u +%s)))
    if ((rest > 0)); then
      note "wait ${rest} s: users were moved from ${from} just now"
      sleep "${rest}"
    fi
  fi
  { printf '%s %s %s\n' "$(date -u +%s)" "${FROM}" "${TO}" >"${LAST}"; } 2>/dev/null || note "nothing remembers this failover: ${LAST} cannot be written"
}
{% endif %}

status() {
  local unread=0
{% for op in inspect %}
  look {{ op.budget }} {{ op.title }} {{ op.command }} || unread=$((unread + 1))
{% else %}
  note "there is nothing to look at"
{% endfor %}
  holders || note "nobody is known to hold the lock"
  ((unread == 0)) || die 75 "${unread} of the states could not be read"
}
{% if "lag" in plan.ids %}

# The seconds of writes that a datastore may lose; nothing where nobody has promised.
promised() { # datastore
  case $1 in
{% for p in plan.promised %}
    {{ p.store }}) printf {{ p.most }} ;;
{% endfor %}
    *) ;;
  esac
}

# Reads how far the copy of a datastore is behind, and holds it against what that may lose.
measure_of() { # datastore seconds title command...
  local most
  measure "${@:2}"
  most=$(promised "$1")
  [[ -z ${most} || ${MEASURED} == unknown ]] || ((MEASURED <= most)) || OVER+="${OVER:+, }$1 is ${MEASURED} s behind and ${most} s are promised"
}

# Holds all that was measured against what may be lost.
compare() {
  if [[ ${BEHIND} == unknown && -z ${ACCEPTED} ]]; then
    over "the lag is unknown, which is treated as over the objective" unknown
  elif [[ ${BEHIND} == unknown ]]; then
    note "the lag is unknown; a loss of up to ${ACCEPTED} s was accepted"
  elif [[ -n ${ACCEPTED} ]] && ((BEHIND > 10#${ACCEPTED})); then
    over "copies are ${BEHIND} s behind, and a loss of ${ACCEPTED} s was accepted" "${BEHIND}"
  elif [[ -n ${ACCEPTED} ]]; then
    note "copies are ${BEHIND} s behind; a loss of up to ${ACCEPTED} s was accepted"
  elif [[ -n ${OVER} ]]; then
    over "${OVER}; while ${FROM} is down this grows, and what is lost does not" "${BEHIND}"
  else
    note "copies are at most ${BEHIND} s behind"
  fi
}
{% endif %}
{% for s in plan.steps if s.verb == "measure" %}

over() { # what seconds
{% if s.stop %}
  die 75 "$1: {{ s.stop | quoted }}" "the incident commander may accept a loss with --accept-data-loss-seconds $2"
{% else %}
  missed "$1: nothing is won by waiting; note from when writes are missing"
{% endif %}
}
{% endfor %}

{% include "steps.sh" %}

while (($#)); do
  case $1 in
    --from) FROM=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --to) TO=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --step) ONLY=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
{% if "lag" in plan.ids %}
    --accept-data-loss-seconds) ACCEPTED=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
{% endif %}
    --status) need{% for tool in tools %} {{ tool }}{% endfor %}; status; exit 0 ;;
    --unlock) UNLOCK=true; shift ;;
    --apply) APPLY=true; shift ;;
    --yes) ASSUME_YES=true; shift ;;
    --help) usage; exit 0 ;;
    *) usage >&2; exit 64 ;;
  esac
done
if [[ ${UNLOCK} == true ]]; then
  need{% for tool in tools %} {{ tool }}{% endfor %}

  break_lock
  exit 0
fi
[[ -n ${FROM} && -n ${TO} ]] || { usage >&2; exit 64; }
{% if "lag" in plan.ids %}
[[ ${ACCEPTED} =~ ^[0-9]{0,9}$ ]] || die 64 "'${ACCEPTED}' is no number of seconds"
{% endif %}
known_region "${FROM}"
known_region "${TO}"
[[ ${FROM} != "${TO}" ]] || die 65 "a region cannot take over from itself"
need{% for tool in tools %} {{ tool }}{% endfor %}

confirm "${FROM}"
lock
{% if clusters %}
right_cluster "${REGIONS[@]}"
{% endif %}
{% if cooldown %}
cool_down
{% endif %}
case ${ONLY} in
  "") {% for id in plan.ids %}{% if not loop.first %}; {% endif %}{{ id }}{% endfor %} ;;
  {{ plan.ids[0] }}{% for id in plan.ids[1:] %} | {{ id }}{% endfor %}) "${ONLY}" ;;
  *) die 64 "there is no step '${ONLY}'" ;;
esac
finish "Done: announce it, then keep the record"
