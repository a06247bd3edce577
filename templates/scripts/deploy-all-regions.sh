#!/usr/bin/env bash
# {{ header | comment }}
#
# Brings every region to what is committed: Terraform, manifests, services, one region after
# the other. Each root is planned into a file, shown, and that plan is applied. Stops while a
# region is fenced, a copy serves in place of a datastore, or somebody holds the lock. A dry run
# unless --apply is given. See DEPLOYMENT_GUIDE.md.

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: deploy-all-regions.sh --var-file FILE{% if clusters %} [--helm-values FILE]{% endif %} [--bootstrap]
                             [--region REGION] [--despite-fence REGION] [--apply] [--yes]

  --var-file FILE   values of the Terraform variables
{% if clusters %}
  --helm-values FILE  values on top of the chart's own: the tags or digests of the images
{% endif %}
{% for line in bootstrap_usage %}
{{ (("  --bootstrap       " if loop.first else "                    ") ~ line) | comment }}
{% endfor %}
  --region REGION   only this region
  --despite-fence REGION
                    go on although this region is fenced: for one that does not come back
  --apply           act; without it every command is only printed
  --yes             do not ask for the name of the system, nor for each plan
TEXT
}

VAR_FILE=""{% if clusters %} HELM_VALUES=""{% endif %} BOOTSTRAP=false REGION="" DESPITE=""
while (($#)); do
  case $1 in
    --var-file) VAR_FILE=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
{% if clusters %}
    --helm-values) HELM_VALUES=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
{% endif %}
    --bootstrap) BOOTSTRAP=true; shift ;;
    --region) REGION=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --despite-fence) DESPITE=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --apply) APPLY=true; shift ;;
    --yes) ASSUME_YES=true; shift ;;
    --help) usage; exit 0 ;;
    *) usage >&2; exit 64 ;;
  esac
done
[[ -n ${VAR_FILE} ]] || { usage >&2; exit 64; }
[[ -r ${VAR_FILE} ]] || die 75 "'${VAR_FILE}' cannot be read"
[[ -z ${REGION} ]] || known_region "${REGION}"
need terraform{% for tool in deploy_tools %} {{ tool }}{% endfor %}{% if clusters %} helm{% endif %}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
VAR_FILE=$(cd "$(dirname "${VAR_FILE}")" && pwd)/$(basename "${VAR_FILE}")

apply() { # root flags...
  local root=$1
  shift
  apply_root "${here}" "${root}" "${VAR_FILE}" "$@"
}

{% if carries %}
# Ids that a cloud gives out are no function of names: they go from the root that has them
# into a file of the root that needs them, one file each.
carry() { # root variable from
  local file=${here}/$1/$2.auto.tfvars.json
  note "+ terraform -chdir=${here}/$3 output -json $2 > ${file}"
  [[ ${APPLY} == true ]] || return 0
  local value
  value=$(timeout --foreground 120 terraform -chdir="${here}/$3" output -json "$2") || die 75 "$3 does not say what $2 is"
  printf '{"%s": %s}\n' "$2" "${value}" >"${file}" || die 75 "${file} cannot be written"
}

{% endif %}
{% if clusters %}
images=()
if [[ -n ${HELM_VALUES} ]]; then
  [[ -r ${HELM_VALUES} ]] || die 75 "'${HELM_VALUES}' cannot be read"
  images=(--values "$(cd "$(dirname "${HELM_VALUES}")" && pwd)/$(basename "${HELM_VALUES}")")
fi
{% endif %}

wanted() { # region
  [[ -z ${REGION} || ${REGION} == "$1" ]]
}

confirm "${SYSTEM}"
# The first deployment makes what holds the lock.
if [[ ${BOOTSTRAP} == true ]]; then right_place; else lock; fi
# What a failover changed is not in the spec: a deployment would put it back.
if [[ ${APPLY} == true && ${BOOTSTRAP} == false ]]; then
  for fenced in "${REGIONS[@]}"; do
    [[ ${fenced} != "${DESPITE}" ]] || continue
    unmarked "fenced-${fenced}" "${fenced} is fenced by" \
      "Return first: promote-region.sh --region ${fenced} --apply; if it does not come back: RUNBOOK_PRIMARY.md"
  done
{% if switches %}
  stores=({% for switch in switches %}{{ switch.subject }}{% if not loop.last %} {% endif %}{% endfor %})
  for switched in "${stores[@]}"; do
    unmarked "switched-${switched}" "a copy serves in place of ${switched}, put there by" \
      "Put the original back or settle the copy: switch-store.sh, RUNBOOK_RESTORE.md"
  done
{% endif %}
fi
{% if bootstrap %}
if [[ ${BOOTSTRAP} == true ]]; then
  step "Bootstrap"
{% for op in bootstrap %}
  run {{ op.budget }} {{ op.title }} {{ op.command }} || die 75 {{ op.otherwise }}
{% endfor %}
fi
{% endif %}
{% if clusters %}
if [[ ${BOOTSTRAP} == false ]]; then
  step "Kubernetes: what the tree no longer has"
{% for region in clusters %}
  if wanted {{ region.name }}; then
    run 60 "Fetch the credentials" {{ region.credentials }} || die 75 "the cluster does not answer"
    right_cluster {{ region.name }}
    prune {{ region.context }} "${here}"/kubernetes/{{ region.name }}
  fi
{% endfor %}
fi
{% endif %}
{% if staged %}
first=()
# The load balancer's back ends are made by the gateways, which come later.
[[ ${BOOTSTRAP} == false ]] || first=(-var "serving_regions=[]")
{% endif %}
{% if left %}
# What ties regions together lets go of one that has left before the region's root is emptied,
# and what all share goes last.
if [[ -z ${REGION} && ${BOOTSTRAP} == false ]]; then
{% for root in roots %}
{% if root.ties %}
{% for id in root.carried %}
  run 120 {{ "Initialise " ~ id.from }} terraform -chdir="${here}"/{{ id.from }} init -input=false || die 75 {{ "Terraform cannot begin in " ~ id.from }}
  carry {{ root.path }} {{ id.name }} {{ id.from }}
{% endfor %}
  apply {{ root.path }}
{% endif %}
{% endfor %}
{% for root in left %}
  apply {{ root.path }}
{% endfor %}
fi
{% endif %}
{% for root in roots %}
{% if root.ties %}
if [[ -z ${REGION} ]]; then
{% for id in root.carried %}
  carry {{ root.path }} {{ id.name }} {{ id.from }}
{% endfor %}
  apply {{ root.path }}
fi
{% elif root.region %}
{% if root.needs %}
if wanted {{ root.region }}; then
{% for op in root.needs %}
  run {{ op.budget }} {{ op.title }} {{ op.command }} || die 75 {{ op.otherwise }}
{% endfor %}
fi
{% endif %}
if wanted {{ root.region }}; then
{% for stray in root.strays %}
{% if not stray.region %}
  forget "${here}" {{ root.path }} {{ stray.address }}
{% endif %}
{% endfor %}
  apply {{ root.path }}
fi
{% else %}
{% for stray in root.strays %}
{% if not stray.region %}
forget "${here}" {{ root.path }} {{ stray.address }}
{% endif %}
{% endfor %}
apply {{ root.path }}{% if root.staged %} "${first[@]}"{% endif %}

{% endif %}
{% endfor %}
{% for region in clusters %}
if wanted {{ region.name }}; then
  step "Kubernetes: {{ region.name }}"
  run 60 "Fetch the credentials" {{ region.credentials }} || die 75 "the cluster does not answer"
  right_cluster {{ region.name }}
  run 300 "Apply the manifests" kubectl --context {{ region.context }} apply --kustomize "${here}"/kubernetes/{{ region.name }} || die 75 "the manifests are applied in part: see what failed, and run this again"
  run 900 "Release the services" helm upgrade --install {{ system }} "${here}/helm" --kube-context {{ region.context }} --namespace {{ namespace }} --values "${here}/helm/values.yaml" --values "${here}"/helm/values-{{ region.name }}.yaml "${images[@]}" --atomic --timeout 10m || die 75 "the release was rolled back: the region runs what it ran before"
fi
{% endfor %}
{% if staged %}
if [[ ${BOOTSTRAP} == true ]]; then
  step "Let the load balancer send traffic"
{% for root in roots %}
{% if root.staged %}
  apply {{ root.path }}
{% endif %}
{% endfor %}
fi
{% endif %}
step "Verify from outside"
{% for op in verify %}
look {{ op.budget }} {{ op.title }} {{ op.command }} || missed {{ op.otherwise }}
{% else %}
note "no host to ask"
{% endfor %}
finish "Done: the regions are as committed"
