#!/usr/bin/env bash
# {{ header | comment }}
#
# Takes a region out, one stage after the other: traffic, data, root, global. The spec says how
# far the region has come; this applies it in the order that loses nothing and sends nobody to
# what is not there. A dry run unless --apply is given. See RUNBOOK_TAKE_OUT.md.

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: take-region-out.sh --region REGION --stage STAGE --var-file FILE [--apply] [--yes]

  --region REGION   the region that leaves
  --stage STAGE     traffic: nobody is sent there any more
                    data: what the others hold is as new as what it holds
                    root: what is in its own Terraform root is let go
                    global: what is in the roots of all is let go
  --var-file FILE   values of the Terraform variables
  --apply           act; without it every command is only printed
  --yes             do not ask for the name of the region, nor for each plan
TEXT
}

REGION="" STAGE="" VAR_FILE=""
while (($#)); do
  case $1 in
    --region) REGION=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --stage) STAGE=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --var-file) VAR_FILE=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --apply) APPLY=true; shift ;;
    --yes) ASSUME_YES=true; shift ;;
    --help) usage; exit 0 ;;
    *) usage >&2; exit 64 ;;
  esac
done
[[ -n ${REGION} && -n ${STAGE} && -n ${VAR_FILE} ]] || { usage >&2; exit 64; }
[[ -r ${VAR_FILE} ]] || die 75 "'${VAR_FILE}' cannot be read"
need terraform{% for tool in tools %} {{ tool }}{% endfor %}


here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
VAR_FILE=$(cd "$(dirname "${VAR_FILE}")" && pwd)/$(basename "${VAR_FILE}")
# Regions that nobody is sent to, and regions that are gone but for their Terraform.
readonly LEAVING=({% for name in leaving %} {{ name }}{% endfor %} )
readonly LEFT=({% for region in left %} {{ region.name }}{% endfor %} )

among() { # name names...
  local name=$1 other
  shift
  for other in "$@"; do
    [[ ${other} != "${name}" ]] || return 0
  done
  return 1
}

traffic() {
  among "${REGION}" "${LEAVING[@]}" "${LEFT[@]}" || die 65 "${REGION} does not leave: write \`leaving: { since: DATE }\` at regions.${REGION}, compile, and read the difference"
{% for root in roots %}
{% if not root.region %}
  apply_root "${here}" {{ root.path }} "${VAR_FILE}"
{% endif %}
{% endfor %}
{% for region in clusters %}
  if [[ ${REGION} != {{ region.name }} ]]; then
    run 60 "Fetch the credentials" {{ region.credentials }} || die 75 "the cluster does not answer"
    right_cluster {{ region.name }}
    run 300 {{ "Apply the manifests of " ~ region.name }} kubectl --context {{ region.context }} apply --kustomize "${here}"/kubernetes/{{ region.name }} || die 75 "the manifests are applied in part: run this again"
  fi
{% endfor %}
  step "Verify from outside"
{% for op in verify %}
{% if op.region %}
  [[ ${REGION} == {{ op.region }} ]] || look {{ op.budget }} {{ op.title }} {{ op.command }} || missed {{ op.otherwise }}
{% else %}
  look {{ op.budget }} {{ op.title }} {{ op.command }} || missed {{ op.otherwise }}
{% endif %}
{% else %}
  note "no host to ask"
{% endfor %}
}

data() {
  among "${REGION}" "${LEAVING[@]}" || die 65 "nobody may be sent to ${REGION} before its data is settled: begin with --stage traffic"
  step "Measure: what only ${REGION} has"
{% for region in regions %}
  if [[ ${REGION} != {{ region.name }} ]]; then
    :
{% for op in region.lag %}
    measure {{ op.budget }} {{ op.title }} {{ op.command }}
{% endfor %}
  fi
{% endfor %}
  [[ ${BEHIND} != unknown ]] || die 75 "the lag is unknown: do not go on before every copy is known to be complete"
  ((BEHIND <= {{ lag_below_seconds }})) || die 75 "copies are ${BEHIND} s behind: wait until they are complete"
{% for op in list_backups %}
  look {{ op.budget }} {{ op.title }} {{ op.command }} || missed {{ op.otherwise }}
{% else %}
  note "there is no backup to look at"
{% endfor %}
  note "Now say what becomes of its data: \`data: keep\` or \`data: delete\` in \`leaving\`, and compile."
}

root() {
  among "${REGION}" "${LEFT[@]}" || die 65 "${REGION} has no root to empty: its \`leaving\` must say \`data: keep\`, or its entry be gone after \`data: delete\`; with one root for all, go on with --stage global"
{% for root in roots %}
{% if root.ties %}
  apply_root "${here}" {{ root.path }} "${VAR_FILE}"
{% endif %}
{% endfor %}
{% for region in left %}
  if [[ ${REGION} == {{ region.name }} ]]; then
    apply_root "${here}" {{ region.path }} "${VAR_FILE}"
    prove 0 {{ "See that the state of " ~ region.path ~ " is empty" }} "" terraform -chdir="${here}"/{{ region.path }} state list || die 75 "its state is not empty: keep the root, and run this again"
  fi
{% endfor %}
}

global() {
  among "${REGION}" "${LEAVING[@]}" && die 65 "${REGION} still has what it had: its \`leaving\` does not say \`data: keep\`, or its entry is still there"
{% for root in roots %}
{% if not root.region %}
{% for stray in root.strays %}
{% if stray.region %}
  [[ ${REGION} != {{ stray.region }} ]] || forget "${here}" {{ root.path }} {{ stray.address }} {{ stray.location }}
{% endif %}
{% endfor %}
  apply_root "${here}" {{ root.path }} "${VAR_FILE}"
{% endif %}
{% endfor %}
  note "Once the entry is gone from the spec and every plan is empty, delete the lines of ${REGION} from the lock."
}

confirm "${REGION}"
lock
case ${STAGE} in
  traffic | data | root | global) "${STAGE}" ;;
  *) die 64 "there is no stage '${STAGE}'" ;;
esac
finish "Done: ${STAGE} of ${REGION}"
