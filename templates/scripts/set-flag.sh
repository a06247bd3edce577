#!/usr/bin/env bash
# {{ header | comment }}
#
# Switches a feature flag, region by region, on every service that reads it. Terraform brings
# back what the topology says: change it there too if the switch is to stay.
# A dry run unless --apply is given. See RUNBOOK_ROLLBACK.md.

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: set-flag.sh --flag NAME --value VALUE [--region REGION] [--apply] [--yes]

  --flag NAME      the flag, as the topology names it
  --value VALUE    letters, digits, dots, dashes and underscores
  --region REGION  only in this region; in all, one after the other, if left out
  --apply          act; without it every command is only printed
  --yes            do not ask for the name of the flag
TEXT
}

FLAG="" VALUE="" REGION=""
while (($#)); do
  case $1 in
    --flag) FLAG=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --value) VALUE=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --region) REGION=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --apply) APPLY=true; shift ;;
    --yes) ASSUME_YES=true; shift ;;
    --help) usage; exit 0 ;;
    *) usage >&2; exit 64 ;;
  esac
done
[[ -n ${FLAG} && -n ${VALUE} ]] || { usage >&2; exit 64; }
[[ ${VALUE} =~ ^[A-Za-z0-9._-]+$ ]] || die 64 "'${VALUE}' has other characters than letters, digits, dots, dashes and underscores"
[[ -z ${REGION} ]] || known_region "${REGION}"
case ${FLAG} in
{% for flag in flags %}
  {{ flag.name }}) SETTING={{ flag.variable }}="${VALUE}" ;;
{% endfor %}
  *) die 65 "there is no flag '${FLAG}'" ;;
esac
need{% for tool in tools %} {{ tool }}{% endfor %}

wanted() { # region
  [[ -z ${REGION} || ${REGION} == "$1" ]]
}

# What is read back once a service has the setting, with its variable and value.
told() { # pattern
  local pattern=${1//@variable@/${SETTING%%=*}}
  printf '%s' "${pattern//@value@/${VALUE//./\\.}}"
}

confirm "${FLAG}"
lock
{% for region in regions %}
if wanted {{ region.name }}; then
{% if clusters %}
  right_cluster {{ region.name }}
{% endif %}
  step "${SETTING} in {{ region.name | quoted }}" {{ region.set_budget }}
{% for op in region.set %}
  run {{ op.budget }} {{ op.title }} {{ op.command }} || die 75 {{ op.otherwise }}
{% endfor %}
{% for p in region.has %}
  prove {{ p.within }} {{ p.title }} "$(told {{ p.wants }})" {{ p.command }} || die 75 {{ p.otherwise }}
{% endfor %}
fi
{% endfor %}
step "Verify from outside" {{ verify_budget }}
{% for op in verify %}
look {{ op.budget }} {{ op.title }} {{ op.command }} || die 75 {{ op.otherwise }}
{% else %}
note "no host to ask"
{% endfor %}
finish "Done: write the value into the topology, or the next deployment takes it back"
