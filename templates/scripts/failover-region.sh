#!/usr/bin/env bash
# {{ header | comment }}
#
# Leaves a region: freezes, fences, measures, promotes, scales, verifies.
# A dry run unless --apply is given. See RUNBOOK_FAILOVER.md.

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: failover-region.sh --from REGION --to REGION [--step STEP] [--apply] [--yes]
                          [--accept-data-loss-seconds N]
       failover-region.sh --status
       failover-region.sh --unlock [--apply] [--yes]

  --from REGION   the region that is left
  --to REGION     the region that takes over
  --step STEP     only one of: freeze fence lag promote scale verify
  --status        show the state of everything and who holds the lock, change nothing
  --unlock        take away the lock of somebody who is not at work any more
  --apply         act; without it every command is only printed
  --yes           do not ask for the name of the region
  --accept-data-loss-seconds N
                  go on although copies may be up to N seconds behind
TEXT
}

FROM="" TO="" ONLY="" ACCEPTED="" UNLOCK=false
# The most seconds of writes that may be lost, as promised; nothing if nobody has promised.
readonly OBJECTIVE={{ rpo_seconds }}
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

freeze() {
  step "Freeze: no deployments, no scaling in"
  note "Stop every deployment and every terraform apply until the return is done."
  case ${TO} in
{% for region in regions %}
    {{ region.name }})
{% for op in region.freeze %}
      run {{ op.budget }} {{ op.title }} {{ op.command }} || missed {{ op.otherwise }}
{% else %}
      note "nothing scales in"
{% endfor %}
      ;;
{% endfor %}
    *) die 65 "no such region: ${TO}" ;;
  esac
}

fence() {
  step "Fence: ${FROM} gets no traffic"
  case ${FROM} in
{% for region in regions %}
    {{ region.name }})
{% for op in region.fence %}
      run {{ op.budget }} {{ op.title }} {{ op.command }} || die 75 {{ "the region is not fenced, nothing is promoted: " ~ op.otherwise }}
{% else %}
      note "nothing sends traffic here"
{% endfor %}
{% for p in region.fenced %}
      prove {{ p.within }} {{ p.title }} {{ p.wants }} {{ p.command }} || die 75 "the region is not fenced, nothing is promoted"
{% endfor %}
      ;;
{% endfor %}
    *) die 65 "no such region: ${FROM}" ;;
  esac
}

lag() {
  step "Measure: what would be lost"
  case ${TO} in
{% for region in regions %}
    {{ region.name }})
{% for op in region.lag %}
      measure {{ op.budget }} {{ op.title }} {{ op.command }}
{% else %}
      note "nothing replicates asynchronously to this region that could be measured here"
{% endfor %}
      ;;
{% endfor %}
    *) die 65 "no such region: ${TO}" ;;
  esac
  if [[ ${BEHIND} == unknown ]]; then
    [[ -n ${ACCEPTED} ]] || die 75 "the lag is unknown, which counts as over the objective; the incident commander may accept a loss with --accept-data-loss-seconds"
    note "the lag is unknown; a loss of up to ${ACCEPTED} s was accepted"
  elif [[ -n ${ACCEPTED} ]]; then
    ((BEHIND <= 10#${ACCEPTED})) || die 75 "copies are ${BEHIND} s behind, and a loss of ${ACCEPTED} s was accepted"
    note "copies are ${BEHIND} s behind; a loss of up to ${ACCEPTED} s was accepted"
  elif [[ -n ${OBJECTIVE} ]] && ((BEHIND > OBJECTIVE)); then
    die 75 "copies are ${BEHIND} s behind and ${OBJECTIVE} s are promised; while ${FROM} is down this grows, and what is lost does not: the incident commander may accept it with --accept-data-loss-seconds ${BEHIND}"
  else
    note "copies are ${BEHIND} s behind{% if rpo_seconds %}, ${OBJECTIVE} s are promised{% endif %}"
  fi
}

promote() {
  step "Promote: the copies of ${TO} take writes (point of no return)"
  case ${TO} in
{% for region in regions %}
    {{ region.name }})
{% for op in region.promote %}
      run {{ op.budget }} {{ op.title }} {{ op.command }} || missed {{ op.otherwise }}
{% else %}
      note "nothing to promote: every store here either votes by itself or has one location"
{% endfor %}
{% for p in region.promoted %}
      prove {{ p.within }} {{ p.title }} {{ p.wants }} {{ p.command }} || missed {{ p.otherwise }}
{% endfor %}
      ;;
{% endfor %}
    *) die 65 "no such region: ${TO}" ;;
  esac
}

scale() {
  step "Scale: ${TO} grows for the load that comes"
  case ${TO} in
{% for region in regions %}
    {{ region.name }})
{% for op in region.scale %}
      run {{ op.budget }} {{ op.title }} {{ op.command }} || missed {{ op.otherwise }}
{% else %}
      note "services scale by themselves"
{% endfor %}
      ;;
{% endfor %}
    *) die 65 "no such region: ${TO}" ;;
  esac
}

verify() {
  step "Verify from outside"
{% for op in verify %}
{% if op.region %}
  # Its name leads to that region alone, which may be the one that is gone.
  [[ ${FROM} == {{ op.region }} ]] || look {{ op.budget }} {{ op.title }} {{ op.command }} || die 75 {{ op.otherwise }}
{% else %}
  look {{ op.budget }} {{ op.title }} {{ op.command }} || die 75 {{ op.otherwise }}
{% endif %}
{% else %}
  note "no host to ask"
{% endfor %}
}

while (($#)); do
  case $1 in
    --from) FROM=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --to) TO=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --step) ONLY=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --accept-data-loss-seconds) ACCEPTED=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
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
[[ ${ACCEPTED} =~ ^[0-9]{0,9}$ ]] || die 64 "'${ACCEPTED}' is no number of seconds"
known_region "${FROM}"
known_region "${TO}"
[[ ${FROM} != "${TO}" ]] || die 65 "a region cannot take over from itself"
need{% for tool in tools %} {{ tool }}{% endfor %}

confirm "${FROM}"
lock
{% for region in regions %}
{% for p in region.places %}
prove 0 {{ p.title }} {{ p.wants }} {{ p.command }} || die 75 {{ p.otherwise }}
{% endfor %}
{% endfor %}
{% if cooldown %}
cool_down
{% endif %}
case ${ONLY} in
  "") freeze; fence; lag; promote; scale; verify ;;
  freeze | fence | lag | promote | scale | verify) "${ONLY}" ;;
  *) die 64 "there is no step '${ONLY}'" ;;
esac
finish "Done: announce it, then keep the record"
