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

  --from REGION   the region that is left
  --to REGION     the region that takes over
  --step STEP     only one of: freeze fence lag promote scale verify
  --status        show the state of everything, change nothing
  --apply         act; without it every command is only printed
  --yes           do not ask for the name of the region
  --accept-data-loss-seconds N
                  go on although copies may be up to N seconds behind
TEXT
}

FROM="" TO="" ONLY="" ACCEPTED=""
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
  printf '%s %s %s\n' "$(date -u +%s)" "${FROM}" "${TO}" >"${LAST}"
}
{% endif %}

status() {
{% for op in inspect %}
  look {{ op.budget }} {{ op.title }} {{ op.command }} || true
{% else %}
  note "there is nothing to look at"
{% endfor %}
}

freeze() {
  step "Freeze: no deployments, no scaling in"
  note "Stop every deployment and every terraform apply until the return is done."
  case ${TO} in
{% for region in regions %}
    {{ region.name }})
{% for op in region.freeze %}
      run {{ op.budget }} {{ op.title }} {{ op.command }} || note {{ op.otherwise }}
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
      run {{ op.budget }} {{ op.title }} {{ op.command }} || note {{ op.otherwise }}
{% else %}
      note "nothing sends traffic here"
{% endfor %}
      ;;
{% endfor %}
    *) die 65 "no such region: ${FROM}" ;;
  esac
}

lag() {
  step "Measure: what would be lost"
  local known=true
  case ${TO} in
{% for region in regions %}
    {{ region.name }})
{% for op in region.lag %}
      look {{ op.budget }} {{ op.title }} {{ op.command }} || known=false
{% else %}
      note "nothing replicates asynchronously to this region that could be measured here"
{% endfor %}
      ;;
{% endfor %}
    *) die 65 "no such region: ${TO}" ;;
  esac
  if [[ ${known} == false ]]; then
    [[ -n ${ACCEPTED} ]] || die 75 "the lag is unknown, which counts as over the objective; the incident commander may accept a loss with --accept-data-loss-seconds"
    note "the lag is unknown; a loss of up to ${ACCEPTED} s was accepted"
  fi
}

promote() {
  step "Promote: the copies of ${TO} take writes (point of no return)"
  case ${TO} in
{% for region in regions %}
    {{ region.name }})
{% for op in region.promote %}
      run {{ op.budget }} {{ op.title }} {{ op.command }} || note {{ op.otherwise }}
{% else %}
      note "nothing to promote: every store here either votes by itself or has one location"
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
      run {{ op.budget }} {{ op.title }} {{ op.command }} || note {{ op.otherwise }}
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
    --status) status; exit 0 ;;
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
need{% for tool in tools %} {{ tool }}{% endfor %}

confirm "${FROM}"
lock
{% if cooldown %}
cool_down
{% endif %}
case ${ONLY} in
  "") freeze; fence; lag; promote; scale; verify ;;
  freeze | fence | lag | promote | scale | verify) "${ONLY}" ;;
  *) die 64 "there is no step '${ONLY}'" ;;
esac
step "Done: announce it, then keep the record"
record
