#!/usr/bin/env bash
# {{ header | comment }}
#
# Brings data back beside the original, never over it.
# A dry run unless --apply is given. See RUNBOOK_RESTORE.md.
# A command with a shell of its own gets the name of the copy as "$1" of that shell.
# shellcheck disable=SC2016

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: restore-from-backup.sh --list
       restore-from-backup.sh --datastore NAME --into NEW_DATABASE
                              [--at MOMENT | --backup ID] [--apply] [--yes]

  --list            list the backups
  --datastore NAME  what is restored
  --into NAME       the new database; it must not exist
  --at MOMENT       a whole minute in RFC 3339, for point-in-time recovery
  --backup ID       a backup's full name, as --list shows it
  --apply           act; without it every command is only printed
  --yes             do not ask for the name
TEXT
}

DATASTORE="" NEW_DATABASE="" SNAPSHOT_TIME="" BACKUP="" LIST=false
while (($#)); do
  case $1 in
    --list) LIST=true; shift ;;
    --datastore) DATASTORE=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --into) NEW_DATABASE=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --at) SNAPSHOT_TIME=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --backup) BACKUP=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --apply) APPLY=true; shift ;;
    --yes) ASSUME_YES=true; shift ;;
    --help) usage; exit 0 ;;
    *) usage >&2; exit 64 ;;
  esac
done
need{% for tool in tools %} {{ tool }}{% endfor %}

if [[ ${LIST} == true ]]; then
{% for op in list_backups %}
  look {{ op.budget }} {{ op.title }} {{ op.command }} || missed {{ op.otherwise }}
{% else %}
  note "no store has backups that a command lists"
{% endfor %}
  [[ -z ${MISSED} ]] || die 75 "not every list could be read"
  exit 0
fi
[[ -n ${DATASTORE} && -n ${NEW_DATABASE} ]] || { usage >&2; exit 64; }
[[ -n ${SNAPSHOT_TIME} || -n ${BACKUP} ]] || { usage >&2; exit 64; }
{% if not restores %}
die 65 "nothing here restores '${DATASTORE}' by a command; see RUNBOOK_RESTORE.md"
{% else %}
case ${DATASTORE} in
{% for store in restores %}
  {{ store.name }}) {% if not store.moments %}[[ -n ${BACKUP} ]] || die 65 "'${DATASTORE}' comes back from a backup: name one with --backup"{% elif not store.backups %}[[ -n ${SNAPSHOT_TIME} ]] || die 65 "'${DATASTORE}' comes back as it was at a moment: name one with --at"{% else %}:{% endif %} ;;
{% endfor %}
  *) die 65 "nothing here restores '${DATASTORE}' by a command; see RUNBOOK_RESTORE.md" ;;
esac
no_store "${NEW_DATABASE}"
{% for store in restores if store.begins %}
[[ ${DATASTORE} != {{ store.name }} || ${NEW_DATABASE} == {{ store.begins }}* ]] || die 65 "the name of a copy of '${DATASTORE}' begins with {{ store.begins | quoted }}"
{% endfor %}
confirm "${NEW_DATABASE}"
lock
case ${DATASTORE} in
{% for store in restores %}
  {{ store.name }})
{% if store.clusters %}
    right_cluster{% for name in store.clusters %} {{ name }}{% endfor %}

{% endif %}
    step "Restore ${DATASTORE} beside the original" {{ store.budget }}
{% for way in store.ways %}
{% for op in way.commands %}
    if [[ -n {% if way.moment %}${SNAPSHOT_TIME}{% else %}${BACKUP}{% endif %} ]]; then
      run {{ op.budget }} {{ op.title }} {{ op.command }} || die 75 "the original stays as it is" {{ op.otherwise }}
{% endfor %}
{% for p in way.proofs %}
      prove {{ p.within }} {{ p.title }} {{ p.wants }} {{ p.command }} || die 75 "the original stays as it is" {{ p.otherwise }}
{% endfor %}
    fi
{% endfor %}
    ;;
{% endfor %}
esac
finish "Done: compare counts, then put ${NEW_DATABASE} into service as RUNBOOK_RESTORE.md says; the original stays as it is"
{% endif %}
