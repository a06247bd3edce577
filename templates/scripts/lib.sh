#!/usr/bin/env bash
# {{ header | comment }}
#
# What the scripts of this folder share. Nothing is changed unless --apply is given.
# Exit status: 64 usage, 65 a region or pair that the topology does not have, 69 a tool is
# missing, 75 a condition is not met or a step failed, 77 not confirmed.
# shellcheck disable=SC2034 # the scripts that read this file use its variables

if ((BASH_VERSINFO[0] < 4 || (BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] < 4))); then
  printf 'bash %s is too old, 4.4 is needed; on macOS: brew install bash, and begin the script with it\n' "${BASH_VERSION}" >&2
  exit 69
fi
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
# Another folder if nothing can be written here; nowhere if nothing can be written at all.
{ : >>"${EVIDENCE}"; } 2>/dev/null || EVIDENCE=${TMPDIR:-/tmp}/${EVIDENCE##*/}
{ : >>"${EVIDENCE}"; } 2>/dev/null || EVIDENCE=/dev/null
# Steps that failed without ending the script, a line each.
MISSED=""
RECORDED=false
LOCKED=""
LOCK_TEXT="${USER:-unknown} pid $$ on ${HOSTNAME:-unknown} since $(date -u +%FT%TZ)"
LOCK_FILE=""
# Plans hold values of secrets: a folder that nobody else reads, gone at the end.
PLANS=""

# Prints what it reads and keeps it. A log that cannot be written stops nothing.
log() { tee -a "${EVIDENCE}" 2>/dev/null || true; }

note() { printf '%s %s\n' "$(date -u +%H:%M:%S)" "$*" | log >&2; }

die() { # status message [what to do]
  printf '%s: %s\n' "$(basename "$0")" "$2" | log >&2
  [[ $# -lt 3 ]] || printf 'next: %s\n' "$3" | log >&2
  exit "$1"
}

# A step that others do not need has failed: the script goes on and does not end as done.
missed() { # what to do
  note "this step failed: $1"
  MISSED+="$1"$'\n'
}

# A step that may fail has failed.
optional() { # what it means
  note "optional step failed: $1"
}

known_region() { # name
  local region
  for region in "${REGIONS[@]}"; do
    [[ ${region} == "$1" ]] && return 0
  done
  die 65 "there is no region '$1' in ${SYSTEM}; it has: $(IFS=' '; printf '%s' "${REGIONS[*]}")"
}

{% if store_names %}
# The names of this system's own stores, of every region: no copy has one of them.
readonly STORES=({% for name in store_names %} {{ name }}{% endfor %} )

no_store() { # name
  local store
  for store in "${STORES[@]}"; do
    [[ $1 != "${store}" && $1 != "${store}-before" ]] || die 65 "$1 is no copy: ${SYSTEM} has a store of that name"
  done
}

{% endif %}
need() { # tool...
  local tool how
  for tool in timeout tee mktemp awk grep "$@"; do
    case ${tool} in
      timeout) how="; on macOS: brew install coreutils, with its gnubin first on PATH" ;;
{% for program, install in plugins | items %}
      {{ program }}) how="; kubectl signs in with it: {{ install }}" ;;
{% endfor %}
      *) how="" ;;
    esac
    command -v "${tool}" >/dev/null 2>&1 || die 69 "${tool} is not installed${how}"
  done
  date -u -d @0 +%s >/dev/null 2>&1 || die 69 "date is not GNU's; on macOS: brew install coreutils, with its gnubin first on PATH"
}

clock() { # seconds
  printf '%d:%02d' $(($1 / 60)) $(($1 % 60))
}

# Keeps a moment for the drill that has called this script, the first of its name: when a step began,
# and when what the steps are for was so. Waiting for a person or a lock is before, keeping the record after.
MOMENTS_KEPT=""
moment() { # begun|served
  [[ -n ${MOMENTS:-} && ${APPLY} == true && ${MOMENTS_KEPT} != *"$1"* ]] || return 0
  MOMENTS_KEPT+=" $1"
  { printf '%s %s\n' "$1" "$(date -u +%s)" >>"${MOMENTS}"; } 2>/dev/null || true
}

# Says which step begins, how long it may take, and where the clock stands.
step() { # title [seconds]
  local budget=""
  moment begun
  if [[ -n ${2:-} ]]; then
    BUDGET=$((BUDGET + $2))
    budget=", budget $(clock "$2"), budgets so far $(clock "${BUDGET}")"
  fi
  note "== $1 (elapsed $(clock $(($(date -u +%s) - STARTED)))${budget})"
}

# Prints a command, and runs it if --apply is given. One that takes {{ overtime }} times its budget is ended.
run() { # seconds title command...
  local seconds=$1 title=$2
  shift 2
  note "${title} [budget $(clock "${seconds}")]"
  note "+ $(printf '%q ' "$@")"
  [[ ${APPLY} == true ]] || return 0
  timeout --foreground "$((seconds * {{ overtime }}))" "$@" 2>&1 | log >&2
}

{% if clusters %}
# Kinds that the tree has, or had: what carries the system's labels and is not in the tree is removed from a cluster.
# Namespaces, volume claims and clusters of Redis Enterprise stay: they hold data, and a person removes them.
readonly PRUNED=(
  deployments.apps statefulsets.apps cronjobs.batch services configmaps serviceaccounts
  poddisruptionbudgets.policy networkpolicies.networking.k8s.io
  certificates.cert-manager.io externalsecrets.external-secrets.io scaledobjects.keda.sh
  triggerauthentications.keda.sh podmonitorings.monitoring.googleapis.com
  targetgroupbindings.elbv2.k8s.aws destinationrules.networking.istio.io gateways.networking.istio.io
  peerauthentications.security.istio.io authorizationpolicies.security.istio.io
  telemetries.telemetry.istio.io virtualservices.networking.istio.io
)

# The objects of a folder of manifests as Kind/namespace/name, a line each.
in_tree() { # folder
  kubectl kustomize "$1" | awk '
    function told() { if (kind != "") print kind "/" space "/" name; kind = space = name = "" }
    /^---/ { told(); next }
    /^[^ ]/ { meta = /^metadata:/ }
    /^kind: / { kind = $2 }
    meta && /^  name: / { name = $2 }
    meta && /^  namespace: / { space = $2 }
    END { told() }'
}

# Removes from a cluster what the tree no longer has: before Terraform takes away the addresses
# and identities that it holds.
prune() { # context folder
  local there kept kind line name space words problem
  run 60 "See that the cluster answers" kubectl --context "$1" get --raw /readyz || die 75 "the cluster $1 does not answer"
  kept=$(in_tree "$2") || die 75 "the manifests in $2 cannot be read"
  problem=$(mktemp) || die 75 "there is no temporary file"
  for kind in "${PRUNED[@]}"; do
    there=$(timeout --foreground 60 kubectl --context "$1" get "${kind}" --all-namespaces --selector "app.kubernetes.io/managed-by=meridian,app.kubernetes.io/part-of=${SYSTEM}" --output "go-template={% raw %}{{range .items}}{{.kind}}/{{.metadata.namespace}}/{{.metadata.name}}{{\"\\n\"}}{{end}}{% endraw %}" 2>"${problem}") || {
      # A kind that the cluster does not know has nothing there.
      grep --quiet "have a resource type" "${problem}" || missed "see which ${kind} in $1 the tree no longer has"
      continue
    }
    while IFS= read -r line; do
      [[ ${line} == */*/* ]] || continue
      ! grep -qxF -- "${line}" <<<"${kept}" || continue
      IFS=/ read -r words space name <<<"${line}"
      run 120 "Remove ${words} ${name}, which the tree no longer has" kubectl --context "$1" --namespace "${space}" delete "${kind}" "${name}" --wait || missed "remove ${words} ${space}/${name} from $1"
    done <<<"${there}"
  done
  rm -f "${problem}"
}

{% endif %}
# Runs a command that only looks, in a dry run too.
look() { # seconds title command...
  local seconds=$1 title=$2
  shift 2
  note "${title} [budget $(clock "${seconds}")]"
  note "+ $(printf '%q ' "$@")"
  timeout --foreground "$((seconds * {{ overtime }}))" "$@" 2>&1 | log
}

# Reads back what a step was to bring about, until the answer is as wanted: all of its lines,
# joined by blanks, match an extended regular expression.
prove() { # seconds title wanted command...
  local seconds=$1 title=$2 wanted=$3 answer ends
  shift 3
  note "${title} [within $(clock "${seconds}")]"
  note "+ $(printf '%q ' "$@")"
  [[ ${APPLY} == true ]] || return 0
  ends=$(($(date -u +%s) + seconds))
  while true; do
    if answer=$(timeout --foreground 60 "$@" 2>&1); then
      answer=${answer//[$'\n\t ']/ }
      [[ ! ${answer} =~ ^(${wanted})$ ]] || break
    fi
    if (($(date -u +%s) >= ends)); then
      note "not so within $(clock "${seconds}"): ${answer:-no answer}"
      return 1
    fi
    sleep 5
  done
  note "${answer}"
}

# Asks whether something is so already. A dry run asks nothing, and says what would be done.
ask() { # seconds title wanted command...
  [[ ${APPLY} == true ]] || { note "$2"; note "+ $(printf '%q ' "${@:4}")"; return 1; }
  prove 0 "${@:2}"
}

# For how long what is looked at must hold: `again` waits for the next look, and fails once it was so for
# all of that time. A dry run looks once.
HOLDS_UNTIL=0
hold() { # seconds
  HOLDS_UNTIL=$(($(date -u +%s) + $1))
  (($1 == 0)) || note "it must hold for $(clock "$1")"
}
again() {
  local left
  left=$((HOLDS_UNTIL - $(date -u +%s)))
  if [[ ${APPLY} == false ]] || ((left <= 0)); then return 1; fi
  sleep "$((left < 10 ? left : 10))"
}

# The highest replication lag in seconds, or `unknown`.
BEHIND=0
MEASURED=0

# Reads how far a copy is behind. Each line of the answer ends in a number of seconds: "4 s".
# BEHIND is the most of all that was measured, MEASURED that of this one.
measure() { # seconds title command...
  local answer line
  MEASURED=0
  if ! answer=$(look "$@") || [[ -z ${answer} ]]; then
    MEASURED=unknown
  fi
  while IFS= read -r line; do
    printf '%s\n' "${line}" >&2
    if [[ ! ${line} =~ (^|[ ])([0-9]{1,12})(\.[0-9]+)?' s'$ ]]; then
      MEASURED=unknown
    elif [[ ${MEASURED} != unknown ]] && ((10#${BASH_REMATCH[2]} > MEASURED)); then
      MEASURED=$((10#${BASH_REMATCH[2]}))
    fi
  done <<<"${answer}"
  if [[ ${MEASURED} == unknown || ${BEHIND} == unknown ]]; then
    BEHIND=unknown
  elif ((MEASURED > BEHIND)); then
    BEHIND=${MEASURED}
  fi
}

# A person types the word, unless --yes is given; a dry run asks nothing.
confirm() { # word
  [[ ${APPLY} == true && ${ASSUME_YES} == false ]] || return 0
  local answer=""
  printf 'Type %s to go on: ' "$1" >&2
  read -r answer || true
  [[ ${answer} == "$1" ]] || die 77 "not confirmed; nothing was changed"
}

# These are credentials for this system, and not for another one.
right_place() {
{% for p in places %}
  prove 0 {{ p.title }} {{ p.wants }} {{ p.command }} || die 75 {{ p.otherwise }}
{% else %}
  :
{% endfor %}
}

{% if clusters %}
# The context of a region leads to its own cluster, whatever it is called.
right_cluster() { # region...
  local region
  for region in "$@"; do
    case ${region} in
{% for region in regions if region.places %}
      {{ region.name }})
{% for p in region.places %}
        prove 0 {{ p.title }} {{ p.wants }} {{ p.command }} || die 75 {{ p.otherwise }}
{% endfor %}
        ;;
{% endfor %}
      *) ;;
    esac
  done
}

{% endif %}
{% if locks %}
# The clouds that have a lock.
readonly CLOUDS=({% for lock in locks %} {{ lock.cloud }}{% endfor %} )

# Who holds the lock; fails if nobody does, or if nobody can tell.
holder() { # cloud
  case $1 in
{% for lock in locks %}
    {{ lock.cloud }}) timeout --foreground 60 {{ lock.holder.command }} 2>/dev/null ;;
{% endfor %}
    *) return 1 ;;
  esac
}

# Who holds the locks, for people; fails if nobody does.
holders() {
  local cloud who any=false
  for cloud in "${CLOUDS[@]}"; do
    who=$(holder "${cloud}") || continue
    any=true
    note "the lock{% if locks | length > 1 %} on ${cloud}{% endif %} is held by ${who}"
  done
  [[ ${any} == true ]]
}

take() { # cloud
  case $1 in
{% for lock in locks %}
    {{ lock.cloud }}) run {{ lock.take.budget }} {{ lock.take.title }} {{ lock.take.command }} ;;
{% endfor %}
  esac
}

# Releases a lock; a second time if the first fails.
free() { # cloud
  case $1 in
{% for lock in locks %}
    {{ lock.cloud }})
      run {{ lock.release.budget }} {{ lock.release.title }} {{ lock.release.command }} ||
        run {{ lock.release.budget }} {{ lock.release.title }} {{ lock.release.command }}
      ;;
{% endfor %}
  esac
}

{% if locks | length > 1 %}
# A failover takes the lock of every cloud, so that no two can go on whichever cloud they can
# reach. WITHOUT_LOCK names a cloud that does not answer, after asking whoever may hold it.
{% endif %}
lock() {
  right_place
  local cloud
  # Where no file can be written the lock has no name, and is one all the same.
  if LOCK_FILE=$(mktemp 2>/dev/null) && { printf '%s\n' "${LOCK_TEXT}" >"${LOCK_FILE}"; } 2>/dev/null; then
    :
  else
    LOCK_FILE=${BASH_SOURCE[0]}
  fi
  trap leave EXIT
  for cloud in "${CLOUDS[@]}"; do
    if [[ ${WITHOUT_LOCK:-} == "${cloud}" ]]; then
      note "no lock on ${cloud}, as asked"
      continue
    fi
    lock_on "${cloud}"
  done
}

lock_on() { # cloud
  local who="" answer=0
  take "$1" || answer=$?
  [[ ${APPLY} == true ]] || return 0
  # An error may be the answer to a lock that was taken: then what it holds counts.
  ((answer == 0)) || who=$(holder "$1" || true)
  if ((answer == 0)) || [[ ${who} == "${LOCK_TEXT}" ]]; then
    LOCKED+=" $1"
    return 0
  fi
  [[ -z ${who} ]] || die 75 "nothing was changed: the lock is held by ${who}. If nobody is at work any more: failover-region.sh --unlock --apply"
  die 75 "nothing was changed: the lock cannot be taken, and nobody is known to hold it{% if locks | length > 1 %}. If $1 does not answer: WITHOUT_LOCK=$1{% endif %}"
}

# Releases what this run holds: the lock of another is not ours.
release() {
  local cloud failed=0
  for cloud in "${CLOUDS[@]}"; do
    [[ ${LOCKED} != *"${cloud}"* ]] || free "${cloud}" || failed=1
  done
  ((failed == 0)) || return 1
  LOCKED=""
}

# Where a mark is.
mark_of() { # cloud mark
  case $1 in
{% for lock in locks %}
    {{ lock.cloud }}) printf '%s%s' {{ lock.marks }} "$2" ;;
{% endfor %}
    *) return 1 ;;
  esac
}

# Remembers what is not in the spec, a fenced region or a copy in service: deployments stop while it stands.
put_mark() { # mark
  local cloud MARK
  for cloud in "${CLOUDS[@]}"; do
    MARK=$(mark_of "${cloud}" "$1")
    case ${cloud} in
{% for lock in locks %}
      {{ lock.cloud }}) run {{ lock.mark.budget }} {{ lock.mark.title }} {{ lock.mark.command }} || missed {{ lock.mark.otherwise }} ;;
{% endfor %}
    esac
  done
}

# What the spec says holds again.
take_mark() { # mark
  local cloud MARK
  for cloud in "${CLOUDS[@]}"; do
    MARK=$(mark_of "${cloud}" "$1")
    case ${cloud} in
{% for lock in locks %}
      {{ lock.cloud }}) run {{ lock.unmark.budget }} {{ lock.unmark.title }} {{ lock.unmark.command }} || optional {{ lock.unmark.otherwise }} ;;
{% endfor %}
    esac
  done
}

# Who left a mark; fails with 1 if nobody did, and with 2 if nobody can tell.
marked_by() { # mark
  local cloud who why MARK
  for cloud in "${CLOUDS[@]}"; do
    MARK=$(mark_of "${cloud}" "$1")
    who=""
    why=$(mktemp)
    case ${cloud} in
{% for lock in locks %}
      {{ lock.cloud }}) who=$(timeout --foreground 60 {{ lock.marked.command }} 2>"${why}") || { grep --quiet --extended-regexp '\(404\)|matched no objects' "${why}" || return 2; } ;;
{% endfor %}
    esac
    rm -f "${why}"
    [[ -z ${who} ]] || { printf '%s' "${who}"; return 0; }
  done
  return 1
}

# Ends the script if a mark stands, or if nobody can tell.
unmarked() { # mark what next
  local who status=0
  who=$(marked_by "$1") || status=$?
  case ${status} in
    0) die 75 "nothing was changed: $2 ${who}. $3" ;;
    1) ;;
    *) die 75 "nothing was changed: the bucket of locks does not say whether $1 is marked" ;;
  esac
}

# Takes away a lock that nobody needs any more.
break_lock() {
  local cloud
  right_place
  holders || die 75 "nobody holds the lock, or it cannot be read"
  confirm "${SYSTEM}"
  for cloud in "${CLOUDS[@]}"; do
    holder "${cloud}" >/dev/null || continue
    free "${cloud}" || die 75 "the lock is still there"
  done
}

record() {
  RECORDED=true
{% for lock in locks %}
  run {{ lock.record.budget }} {{ lock.record.title }} {{ lock.record.command }} || optional "the record stays at ${EVIDENCE}"
{% endfor %}
}
{% else %}
holders() { return 1; }
put_mark() { note "nothing remembers $1: this system has no bucket for marks"; }
take_mark() { :; }
unmarked() { :; }
lock() {
  right_place
  trap leave EXIT
}
release() { :; }
break_lock() { die 65 "this system has no lock: it has no bucket for one"; }
record() {
  RECORDED=true
  note "the record is at ${EVIDENCE}"
}
{% endif %}

# However the script ends, the record is kept and the lock is released, or named.
leave() {
  local status=$?
  trap - EXIT
  [[ ${RECORDED} == true || -z ${LOCKED} ]] || record
  if ! release; then
    note "the lock is still held by ${LOCK_TEXT}: failover-region.sh --unlock --apply"
    ((status != 0)) || status=75
  fi
  [[ -z ${PLANS} ]] || rm -rf -- "${PLANS}"
  [[ -z ${LOCK_FILE} || ${LOCK_FILE} == "${BASH_SOURCE[0]}" ]] || rm -f -- "${LOCK_FILE}"
  exit "${status}"
}

# Plans a root into a file, shows the plan, and applies that plan and no other.
apply_root() { # tree root var-file flags...
  local root=$2 folder=$1/$2 vars=$3 plan
  shift 3
  step "Terraform: ${root}"
  [[ -n ${PLANS} || ${APPLY} == false ]] || PLANS=$(mktemp -d) || die 75 "there is no folder for plans"
  plan=${PLANS}/${root//\//-}.tfplan
  run 120 "Initialise ${root}" terraform -chdir="${folder}" init -input=false || die 75 "Terraform cannot begin in ${root}"
  run 600 "Plan ${root}" terraform -chdir="${folder}" plan -input=false -var-file="${vars}" -out="${plan}" "$@" || die 75 "${root} cannot be planned: nothing of it was changed"
  confirm "${root}"
  run 1800 "Apply the plan of ${root}" terraform -chdir="${folder}" apply -input=false "${plan}" || die 75 "${root} is applied in part: see what failed, and run this again"
}

# Takes one resource out of a state, if it is there: it runs on.
forget() { # tree root address [location]
  local root=$2 folder=$1/$2
  run 120 "Initialise ${root}" terraform -chdir="${folder}" init -input=false || die 75 "Terraform cannot begin in ${root}"
  if [[ ${APPLY} == true ]] && ! timeout --foreground 120 terraform -chdir="${folder}" state list "$3" 2>/dev/null | grep --quiet .; then
    note "$3 is in no state"
    return 0
  fi
  # Run again, it would take out what has come in its place.
  if [[ ${APPLY} == true && -n ${4-} ]] && ! timeout --foreground 120 terraform -chdir="${folder}" state show -no-color "$3" | grep --quiet --extended-regexp "^ *location +=.*\"$4\""; then
    note "$3 is not in $4 any more"
    return 0
  fi
  run 120 "Take $3 out of the state" terraform -chdir="${folder}" state rm "$3" || die 75 "it is still in the state: run this again"
}

# The end: what is called done is done.
finish() { # message
  moment served
  record
  release || die 75 "all steps ran, and the lock could not be released"
  [[ -z ${MISSED} ]] || die 75 "not all of it is done: ${MISSED}"
  step "$1"
}
