#!/usr/bin/env bash
# {{ header | trusted }}
#
# Exercises a promise and keeps the record. A dry run unless --apply is given.
# See RUNBOOK_DR_TESTING.md.

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: dr-test.sh --primary REGION --secondary REGION --test-type region-failure [--apply] [--yes]
       dr-test.sh --test-type restore --datastore NAME [--apply] [--yes]

  --primary REGION     the region that is taken away
  --secondary REGION   the region that takes over
  --test-type TYPE     region-failure or restore
  --datastore NAME     what is restored
  --apply              act; without it every command is only printed
  --yes                do not ask for names
TEXT
}

PRIMARY="" SECONDARY="" TEST_TYPE="" DATASTORE=""
while (($#)); do
  case $1 in
    --primary) PRIMARY=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --secondary) SECONDARY=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --test-type) TEST_TYPE=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --datastore) DATASTORE=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --apply) APPLY=true; shift ;;
    --yes) ASSUME_YES=true; shift ;;
    --help) usage; exit 0 ;;
    *) usage >&2; exit 64 ;;
  esac
done
here=$(dirname "${BASH_SOURCE[0]}")
flags=()
[[ ${APPLY} == true ]] && flags+=(--apply)
[[ ${ASSUME_YES} == true ]] && flags+=(--yes)

# Writes the record of the exercise: what was measured, for which promise.
evidence() { # result seconds
  printf '{"system":"%s","test":"%s","started":"%s","operator":"%s","measured_seconds":%d,"objective_seconds":%s,"result":"%s"}\n' \
    "${SYSTEM}" "${TEST_TYPE}" "$(date -u -d "@${STARTED}" +%FT%TZ)" "${USER:-unknown}" "$2" {{ rto_seconds | trusted }} "$1" |
    tee -a "${EVIDENCE}"
}

case ${TEST_TYPE} in
  region-failure)
    [[ -n ${PRIMARY} && -n ${SECONDARY} ]] || { usage >&2; exit 64; }
    known_region "${PRIMARY}"
    known_region "${SECONDARY}"
    step "Hypothesis: losing ${PRIMARY} is over within {{ rto_text | trusted }}"
    if "${here}/failover-region.sh" --from "${PRIMARY}" --to "${SECONDARY}" "${flags[@]}"; then
      evidence passed $(($(date -u +%s) - STARTED))
    else
      evidence failed $(($(date -u +%s) - STARTED))
      note "Abort: bring ${PRIMARY} back now"
      "${here}/promote-region.sh" --region "${PRIMARY}" "${flags[@]}" || true
      exit 75
    fi
    note "Next: promote-region.sh --region ${PRIMARY}, once the measurements are taken"
    ;;
  restore)
    [[ -n ${DATASTORE} ]] || { usage >&2; exit 64; }
    step "Hypothesis: ${DATASTORE} as it was ten minutes ago can be brought back"
    # A name has at most 63 characters and begins with a letter.
    "${here}/restore-from-backup.sh" --datastore "${DATASTORE}" --into "drill-$(date -u +%Y%m%d-%H%M)" \
      --at "$(date -u -d '-10 min' +%Y-%m-%dT%H:%M:00Z)" "${flags[@]}"
    evidence passed $(($(date -u +%s) - STARTED))
    note "Next: compare counts with the original, then delete the copy"
    ;;
  *) usage >&2; exit 64 ;;
esac
record
