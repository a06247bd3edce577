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

{% if lock %}
lock() {
  LOCK_FILE=$(mktemp)
  printf '%s pid %s on %s since %s\n' "${USER:-unknown}" "$$" "$(hostname)" "$(date -u +%FT%TZ)" >"${LOCK_FILE}"
  trap unlock EXIT
  if ! run {{ lock.budget }} {{ lock.title }} {{ lock.command }}; then
    rm -f -- "${LOCK_FILE}"
    LOCK_FILE=""
    die 75 {{ "nothing was changed; " ~ lock.otherwise }}
  fi
}

unlock() {
  if [[ -n ${LOCK_FILE} ]]; then
    rm -f -- "${LOCK_FILE}"
    LOCK_FILE=""
    run {{ unlock.budget }} {{ unlock.title }} {{ unlock.command }} || true
  fi
}

record() {
  run {{ record.budget }} {{ record.title }} {{ record.command }} || note "the record stays at ${EVIDENCE}"
}
{% else %}
lock() { :; }
record() { note "the record is at ${EVIDENCE}"; }
{% endif %}
