#!/usr/bin/env bash
# {{ header | comment }}
#
# Puts a restored copy into service, takes it out again, or deletes it. While one serves, no
# deployment puts the original back.
# A dry run unless --apply is given. See RUNBOOK_RESTORE.md.
# A command with a shell of its own gets the copy's name as "$1" of that shell.
# shellcheck disable=SC2016

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: switch-store.sh --datastore NAME --to COPY [--apply] [--yes]
       switch-store.sh --datastore NAME --back-from COPY [--apply] [--yes]
       switch-store.sh --datastore NAME --settle COPY [--apply] [--yes]
       switch-store.sh --datastore NAME --delete COPY [--apply] [--yes]

  --datastore NAME  what was restored
  --to COPY         put the copy into service, in place of the original
  --back-from COPY  put the original into service again
  --settle COPY     the copy stays in service, and what deploys knows it: deployments run again
  --delete COPY     delete a copy that is not in service
  --apply           act; without it every command is only printed
  --yes             do not ask for the name of the copy
TEXT
}

DATASTORE="" COPY="" WAY="" IN_PLACE=false
while (($#)); do
  case $1 in
    --datastore) DATASTORE=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --to | --back-from | --settle | --delete)
      [[ -z ${WAY} ]] || { usage >&2; exit 64; }
      WAY=${1#--} COPY=${2:-}
      shift 2 || { usage >&2; exit 64; }
      ;;
    --apply) APPLY=true; shift ;;
    --yes) ASSUME_YES=true; shift ;;
    --help) usage; exit 0 ;;
    *) usage >&2; exit 64 ;;
  esac
done
[[ -n ${DATASTORE} && -n ${COPY} ]] || { usage >&2; exit 64; }
[[ ${COPY} =~ ^[a-z][a-z0-9-]*$ ]] || die 64 "'${COPY}' has other characters than small letters, digits and dashes"
case ${DATASTORE} in
{% for switch in switches %}
  {{ switch.subject }}) {% if switch.begins %}[[ ${COPY} == {{ switch.begins }}* ]] || die 65 "${COPY} is no copy of '${DATASTORE}': names of copies begin with {{ switch.begins | quoted }}"{% else %}:{% endif %}{% if switch.in_place %}; IN_PLACE=true{% endif %} ;;
{% endfor %}
  *) die 65 "no command puts a copy of '${DATASTORE}' into service; see RUNBOOK_RESTORE.md" ;;
esac
case ${DATASTORE} in
{% for switch in switches if not switch.serves %}
  {{ switch.subject }}) [[ ${WAY} == delete ]] || die 65 "a copy of '${DATASTORE}' comes into service by no command; see RUNBOOK_RESTORE.md" ;;
{% endfor %}
{% for switch in switches if switch.serves and not switch.settles and not switch.in_place %}
  {{ switch.subject }}) [[ ${WAY} != settle ]] || die 65 "the next deployment would point services at the original again: bring what is right into it, then --back-from" ;;
{% endfor %}
  *) ;;
esac
no_store "${COPY}"
need{% for tool in switch_tools %} {{ tool }}{% endfor %}

{% if functions %}

# The commands, once: what they are run for below is a row each.
{% include "functions.sh" %}
{% endif %}

confirm "${COPY}"
lock
{% for switch in switches %}
if [[ ${DATASTORE} == {{ switch.subject }} ]]; then
{% if switch.clusters %}
  right_cluster{% for name in switch.clusters %} {{ name }}{% endfor %}

{% endif %}
{% for before in switch.before %}
  if [[ ${WAY} == {{ before.way }} ]]; then
    step "See that this loses nothing"
{% for line in before.steps.lines %}
    {{ line }}
{% endfor %}
  fi
{% endfor %}
{% if switch.copying %}
  if [[ ${WAY} == to || ${WAY} == back-from ]]; then
    step "Stop the copying between regions"
{% for line in switch.copying.stop.lines %}
    {{ line }}
{% endfor %}
  fi
{% endif %}
  case ${WAY} in
    to)
      step "{% if switch.in_place %}Let ${DATASTORE} take over the data of ${COPY}{% else %}Put ${COPY} into service{% endif %}"
      put_mark "switched-${DATASTORE}"
{% for line in switch.to_copy.lines %}
      {{ line }}
{% endfor %}
{% if switch.copying %}
      step "{% if switch.copying.joins %}Make it a member, and its rows those of every region{% else %}Let the regions copy each other again{% endif %}"
{% for line in switch.copying.join.lines %}
      {{ line }}
{% endfor %}
{% endif %}
{% if switch.in_place %}
      take_mark "switched-${DATASTORE}"
{% endif %}
      ;;
    back-from)
      step "{% if switch.in_place %}Let ${DATASTORE} have again what it had{% else %}Put the original into service{% endif %}"
{% if switch.in_place %}
      put_mark "switched-${DATASTORE}"
{% endif %}
{% for line in switch.to_original.lines %}
      {{ line }}
{% endfor %}
{% if switch.copying %}
      step "Let the regions copy each other again"
{% for line in switch.copying.resume.lines %}
      {{ line }}
{% endfor %}
{% endif %}
      take_mark "switched-${DATASTORE}"
      ;;
    settle)
      step "Let deployments run again"
      take_mark "switched-${DATASTORE}"
      ;;
    delete)
      step "Delete ${COPY}"
{% for line in switch.delete.lines %}
      {{ line }}
{% endfor %}
      ;;
  esac
fi
{% endfor %}
step "Verify from outside"
{% for op in verify %}
look {{ op.budget }} {{ op.title }} {{ op.command }} || die 75 {{ op.otherwise }}
{% else %}
note "no host to ask"
{% endfor %}
if [[ ${IN_PLACE} == true && ${WAY} != delete ]]; then
  finish "Done: ${DATASTORE} has the data of ${COPY}$([[ ${WAY} == to ]] || printf -- -before), and deployments run. If nobody needs what is kept: switch-store.sh --datastore ${DATASTORE} --delete ${COPY}"
  exit 0
fi
case ${WAY} in
  to) finish "Done: ${COPY} serves, and no deployment runs until it is settled or taken back, see RUNBOOK_RESTORE.md" ;;
  settle) finish "Done: ${COPY} stays, and deployments run again" ;;
  back-from) finish "Done: the original serves. If nobody needs the copy: switch-store.sh --datastore ${DATASTORE} --delete ${COPY}" ;;
  delete) finish "Done: ${COPY} is gone" ;;
esac
