#!/usr/bin/env bash
# {{ header | comment }}
#
# What the scripts of this folder share. Nothing is changed unless --apply is given.
# Exit status: 64 usage, 65 a region or pair that the topology does not have, 69 a tool is
# missing, 75 a condition is not met, 77 not confirmed.
# shellcheck disable=SC2034 # the scripts that read this file use its variables

set -Eeuo pipefail
shopt -s inherit_errexit
IFS=$'\n\t'

readonly SYSTEM={{ system }}
readonly REGIONS=({% for region in regions %} {{ region.name }}{% endfor %} )

APPLY=false
ASSUME_YES=false
STARTED=$(date -u +%s)
BUDGET=0
EVIDENCE=${EVIDENCE_DIR:-.}/${SYSTEM}-$(basename "$0" .sh)-$(date -u +%Y%m%dT%H%M%SZ).log
LOCK_FILE=""
{% if locks | length > 1 %}
HELD=""
{% endif %}

note() { printf '%s %s\n' "$(date -u +%H:%M:%S)" "$*" | tee -a "${EVIDENCE}" >&2; }

die() { # status message
  printf '%s: %s\n' "$(basename "$0")" "$2" >&2
  exit "$1"
}

known_region() { # name
  local region
  for region in "${REGIONS[@]}"; do
    [[ ${region} == "$1" ]] && return 0
  done
  die 65 "there is no region '$1' in ${SYSTEM}; it has: $(IFS=' '; printf '%s' "${REGIONS[*]}")"
}

need() { # tool...
  local tool
  for tool in "$@"; do
    command -v "${tool}" >/dev/null 2>&1 || die 69 "${tool} is not installed"
  done
}

clock() { # seconds
  printf '%d:%02d' $(($1 / 60)) $(($1 % 60))
}

# Says which step begins, how long it may take, and where the clock stands.
step() { # title
  note "== $1 (elapsed $(clock $(($(date -u +%s) - STARTED))), budgets so far $(clock "${BUDGET}"))"
}

# Prints a command, and runs it if --apply is given.
run() { # seconds title command...
  local seconds=$1 title=$2
  shift 2
  BUDGET=$((BUDGET + seconds))
  note "${title} [budget $(clock "${seconds}")]"
  note "+ $(printf '%q ' "$@")"
  [[ ${APPLY} == true ]] || return 0
  timeout --foreground "$((seconds * 4))" "$@" 2>&1 | tee -a "${EVIDENCE}" >&2
}

# Runs a command that only looks, in a dry run too.
look() { # seconds title command...
  local seconds=$1 title=$2
  shift 2
  note "${title} [budget $(clock "${seconds}")]"
  note "+ $(printf '%q ' "$@")"
  timeout --foreground "$((seconds * 4))" "$@" 2>&1 | tee -a "${EVIDENCE}"
}

# A person types the word, unless --yes is given; a dry run asks nothing.
confirm() { # word
  [[ ${APPLY} == true && ${ASSUME_YES} == false ]] || return 0
  local answer=""
  printf 'Type %s to go on: ' "$1" >&2
  read -r answer || true
  [[ ${answer} == "$1" ]] || die 77 "not confirmed; nothing was changed"
}

{% if locks %}
{% if locks | length > 1 %}
# A failover takes the lock of every cloud, so that no two can go on whichever cloud they can
# reach. WITHOUT_LOCK names a cloud that does not answer, after asking whoever may hold it.
{% endif %}
lock() {
  LOCK_FILE=$(mktemp)
  printf '%s pid %s on %s since %s\n' "${USER:-unknown}" "$$" "$(hostname)" "$(date -u +%FT%TZ)" >"${LOCK_FILE}"
  trap unlock EXIT
{% for lock in locks %}
{% if locks | length > 1 %}
  if [[ ${WITHOUT_LOCK:-} == {{ lock.cloud }} ]]; then
    note {{ "no lock on " ~ lock.cloud ~ ", as asked" }}
  elif run {{ lock.take.budget }} {{ lock.take.title ~ " on " ~ lock.cloud }} {{ lock.take.command }}; then
    HELD+=" {{ lock.cloud }}"
  else
    unlock
    die 75 {{ "nothing was changed; " ~ lock.take.otherwise ~ ". If " ~ lock.cloud ~ " does not answer: WITHOUT_LOCK=" ~ lock.cloud }}
  fi
{% else %}
  if ! run {{ lock.take.budget }} {{ lock.take.title }} {{ lock.take.command }}; then
    rm -f -- "${LOCK_FILE}"
    LOCK_FILE=""
    die 75 {{ "nothing was changed; " ~ lock.take.otherwise }}
  fi
{% endif %}
{% endfor %}
}

unlock() {
  if [[ -n ${LOCK_FILE} ]]; then
    rm -f -- "${LOCK_FILE}"
    LOCK_FILE=""
{% if locks | length > 1 %}
    # Only what this run holds: the lock of another is not ours to release.
{% endif %}
{% for lock in locks %}
{% if locks | length > 1 %}
    [[ ${HELD} != *{{ lock.cloud }}* ]] || run {{ lock.release.budget }} {{ lock.release.title ~ " on " ~ lock.cloud }} {{ lock.release.command }} || true
{% else %}
    run {{ lock.release.budget }} {{ lock.release.title }} {{ lock.release.command }} || true
{% endif %}
{% endfor %}
  fi
}

record() {
{% for lock in locks %}
  run {{ lock.record.budget }} {{ lock.record.title }} {{ lock.record.command }} || note "the record stays at ${EVIDENCE}"
{% endfor %}
}
{% else %}
lock() { :; }
record() { note "the record is at ${EVIDENCE}"; }
{% endif %}
