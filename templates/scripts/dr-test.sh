#!/usr/bin/env bash
# {{ header | comment }}
#
# Exercises a promise and keeps the record. A dry run unless --apply is given.
# See RUNBOOK_DR_TESTING.md.

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: dr-test.sh --primary REGION --secondary REGION --test-type region-failure [--apply] [--yes]
       dr-test.sh --test-type restore --datastore NAME [--backup ID] [--apply] [--yes]
{% if replays %}
       dr-test.sh --test-type dead-letters --queue NAME [--apply] [--yes]
{% endif %}
{% if flags %}
       dr-test.sh --test-type rollback --flag NAME [--apply] [--yes]
{% endif %}

  --primary REGION     the region that is taken away
  --secondary REGION   the region that takes over
  --test-type TYPE     region-failure or restore{% if replays %}, or dead-letters{% endif %}{% if flags %}, or rollback{% endif %}

  --datastore NAME     what is restored
  --backup ID          from which backup; without it, as it was ten minutes ago
{% if replays %}
  --queue NAME         whose dead letters are put back
{% endif %}
{% if flags %}
  --flag NAME          the flag that is switched off and on again
{% endif %}
  --apply              act; without it every command is only printed
  --yes                do not ask for names
TEXT
}

PRIMARY="" SECONDARY="" TEST_TYPE="" DATASTORE="" BACKUP=""{% if replays %} QUEUE=""{% endif %}{% if flags %} FLAG=""{% endif %}

while (($#)); do
  case $1 in
    --primary) PRIMARY=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --secondary) SECONDARY=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --test-type) TEST_TYPE=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --datastore) DATASTORE=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --backup) BACKUP=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
{% if replays %}
    --queue) QUEUE=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
{% endif %}
{% if flags %}
    --flag) FLAG=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
{% endif %}
    --apply) APPLY=true; shift ;;
    --yes) ASSUME_YES=true; shift ;;
    --help) usage; exit 0 ;;
    *) usage >&2; exit 64 ;;
  esac
done
need date
LATE=false
# Where the scripts that are exercised keep their moments.
KEPT=$(mktemp) || die 75 "there is no temporary file for the moments that are measured"
trap 'rm -f -- "${KEPT}"' EXIT
here=$(dirname "${BASH_SOURCE[0]}")
flags=()
[[ ${APPLY} == true ]] && flags+=(--apply)
[[ ${ASSUME_YES} == true ]] && flags+=(--yes)

# The drill of the topology that this exercise is, if it is one.
drill() { # type/what
  case $1 in
{% for drill in drills %}
    {{ drill.pattern }}) printf '%s' {{ drill.name }} ;;
{% endfor %}
    *) printf 'none' ;;
  esac
}

# What is promised for an exercise, in seconds: null where people wait for nothing that it does, or
# nobody has promised anything.
objective() { # type/what
  case $1 in
{% for e in exercises if e.promised is not none %}
    {{ e.pattern }}) printf {{ e.promised }} ;;
{% endfor %}
    *) printf null ;;
  esac
}

# Seconds that its steps may take, as RUNBOOK_FAILOVER.md and RUNBOOK_RESTORE.md have it.
budget_of() { # type/what
  case $1 in
{% for e in exercises %}
    {{ e.pattern }}) printf {{ e.budget }} ;;
{% endfor %}
    *) printf 0 ;;
  esac
}

# Seconds of that which in an emergency pass before the first step: until somebody has noticed and decided.
before() { # type/what
  case $1 in
{% for e in exercises if e.promised is not none %}
    {{ e.pattern }}) printf {{ e.before }} ;;
{% endfor %}
    *) printf 0 ;;
  esac
}

# Prints the scenario and its time limit.
hypothesis() { # what title
  local promised
  promised=$(objective "${TEST_TYPE}/$1")
  if [[ ${promised} == null ]]; then
    step "Hypothesis: $2" "$(budget_of "${TEST_TYPE}/$1")"
  else
    step "Hypothesis: $2 within $(clock "${promised}")" "$(budget_of "${TEST_TYPE}/$1")"
  fi
}

# Tells the metrics when a drill last passed, for the alert on those that are overdue.
tell() { # drill
  local metric
  metric="dr_test_last_success_timestamp_seconds{system=\"${SYSTEM}\",drill=\"$1\"} $(date -u +%s)"
  if [[ -z ${PUSHGATEWAY_URL:-} ]]; then
    note "PUSHGATEWAY_URL is not set; the metrics do not know yet: ${metric}"
    return 0
  fi
  run 10 "Tell the metrics" curl --fail --silent --show-error --max-time 10 --data-binary "${metric}"$'\n' \
    -- "${PUSHGATEWAY_URL%/}/metrics/job/drills/drill/$1" || optional "the metrics do not know yet: ${metric}"
}

# Runs a script of this folder and measures it.
exercise() { # script arguments...
  MOMENTS=${KEPT} "${here}/$1" "${@:2}" "${flags[@]}"
}

# When the first step began and when what it was for was so, in seconds; one that failed lasts until now.
measured() { # result
  local word at begun="" served=""
  while IFS=' ' read -r word at; do
    case ${word} in
      begun) begun=${begun:-${at}} ;;
      served) served=${at} ;;
    esac
  done <"${KEPT}"
  [[ $1 == passed && -n ${served} ]] || served=$(date -u +%s)
  printf '%s %s' "${begun:-${served}}" "${served}"
}

# Writes the record of the exercise: what was measured, for which promise.
evidence() { # result what
  if [[ ${APPLY} != true ]]; then
    note "A dry run proves nothing and leaves no record."
    return 0
  fi
  local result=$1 begun served seconds name promised
  IFS=' ' read -r begun served <<<"$(measured "$1")"
  seconds=$((served - begun))
  promised=$(objective "${TEST_TYPE}/$2")
  if [[ ${result} == passed && ${promised} != null ]] && (($(before "${TEST_TYPE}/$2") + seconds > promised)); then
    result=late
    LATE=true
  fi
  name=$(drill "${TEST_TYPE}/$2")
  printf '{"system":"%s","drill":"%s","test":"%s","started":"%s","operator":"%s","measured_seconds":%d,"objective_seconds":%s,"result":"%s"}\n' \
    "${SYSTEM}" "${name}" "${TEST_TYPE}" "$(date -u -d "@${begun}" +%FT%TZ)" "${USER:-unknown}" "${seconds}" "${promised}" "${result}" |
    log
  if [[ ${result} == passed && ${name} != none ]]; then
    tell "${name}"
  fi
}

# A drill that has failed leaves its record too.
failed() {
  record
  die 75 "the drill has failed"
}

case ${TEST_TYPE} in
  region-failure)
    [[ -n ${PRIMARY} && -n ${SECONDARY} ]] || { usage >&2; exit 64; }
    known_region "${PRIMARY}"
    known_region "${SECONDARY}"
    hypothesis "${PRIMARY}/${SECONDARY}" "users of ${PRIMARY} are served by ${SECONDARY}"
    if exercise failover-region.sh --from "${PRIMARY}" --to "${SECONDARY}"; then
      evidence passed "${PRIMARY}/${SECONDARY}"
    else
      evidence failed "${PRIMARY}/${SECONDARY}"
      note "Abort: bring ${PRIMARY} back now"
      "${here}/promote-region.sh" --region "${PRIMARY}" "${flags[@]}" || note "${PRIMARY} is not back: see RUNBOOK_FAILOVER.md"
      failed
    fi
    note "Next: promote-region.sh --region ${PRIMARY}, once the measurements are taken"
    ;;
  restore)
    [[ -n ${DATASTORE} ]] || { usage >&2; exit 64; }
{% for store in restores if not store.moments %}
    [[ ${DATASTORE} != {{ store.name }} || -n ${BACKUP} ]] || die 65 "'${DATASTORE}' comes back from a backup: name one with --backup"
{% endfor %}
    source=(--at "$(date -u -d '-10 min' +%Y-%m-%dT%H:%M:00Z)")
    [[ -z ${BACKUP} ]] || source=(--backup "${BACKUP}")
    hypothesis "${DATASTORE}" "${DATASTORE} is brought back beside the original"
    # A name has at most 40 characters where it is that of a group of ElastiCache.
    copy=drill-$(date -u +%Y%m%d-%H%M)
{% for switch in switches if switch.begins %}
    [[ ${DATASTORE} != {{ switch.subject }} ]] || copy={{ switch.begins }}${copy}
{% endfor %}
    if ! exercise restore-from-backup.sh --datastore "${DATASTORE}" --into "${copy}" "${source[@]}"; then
      evidence failed "${DATASTORE}"
      failed
    fi
    evidence passed "${DATASTORE}"
    note "Next: compare counts with the original. What was measured ends with the first row that was read. The fact restore lasts until the copy could serve: add the time of the comparison"
{% if switches %}
    case ${DATASTORE} in
{% for switch in switches %}
      {{ switch.subject }}) note "Then delete the copy: switch-store.sh --datastore ${DATASTORE} --delete ${copy} --apply" ;;
{% endfor %}
      *) note "Then delete the copy ${copy}" ;;
    esac
{% else %}
    note "Then delete the copy ${copy}"
{% endif %}
    ;;
{% if replays %}
  dead-letters)
    [[ -n ${QUEUE} ]] || { usage >&2; exit 64; }
    hypothesis "${QUEUE}" "what ${QUEUE} has set aside comes back, and takes effect once"
    if ! exercise replay-dead-letters.sh --queue "${QUEUE}"; then
      evidence failed "${QUEUE}"
      failed
    fi
    evidence passed "${QUEUE}"
    note "Next: count the effects of the messages; none may be there twice"
    ;;
{% endif %}
{% if flags %}
  rollback)
    [[ -n ${FLAG} ]] || { usage >&2; exit 64; }
    case ${FLAG} in
{% for flag in flags %}
      {{ flag.name }}) usual={{ flag.value }} ;;
{% endfor %}
      *) die 65 "there is no flag '${FLAG}'" ;;
    esac
    other=true
    [[ ${usual} != true ]] || other=false
    hypothesis "${FLAG}" "${FLAG} is ${other} and ${usual} again, and users notice neither"
    result=passed
    exercise set-flag.sh --flag "${FLAG}" --value "${other}" || result=failed
    # Whatever has happened, it ends as it was.
    exercise set-flag.sh --flag "${FLAG}" --value "${usual}" || result=failed
    evidence "${result}" "${FLAG}"
    [[ ${result} == passed ]] || failed
    ;;
{% endif %}
  *) usage >&2; exit 64 ;;
esac
record
[[ ${LATE} == false ]] || die 75 "it took longer than promised: the drill has not passed"
