#!/usr/bin/env bash
# {{ header | comment }}
#
# Puts messages that were set aside back into their queue. Each one is removed from what was
# set aside only after it is back, so that none is lost; one may come twice. What is in a
# message is never printed. A dry run unless --apply is given. See RUNBOOK_DEAD_LETTERS.md.

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: replay-dead-letters.sh --queue NAME [--limit N] [--with-verdict VERDICT] [--apply] [--yes]

  --queue NAME    the queue
  --limit N       at most this many messages; 10 if left out
  --with-verdict VERDICT
                  also those that a receiver has set aside with this verdict: only once it
                  would take them
  --apply         act; without it messages are only counted
  --yes           do not ask for the name of the queue
TEXT
}

QUEUE="" LIMIT=10 ACCEPTED=""
while (($#)); do
  case $1 in
    --queue) QUEUE=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --limit) LIMIT=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --with-verdict) ACCEPTED=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --apply) APPLY=true; shift ;;
    --yes) ASSUME_YES=true; shift ;;
    --help) usage; exit 0 ;;
    *) usage >&2; exit 64 ;;
  esac
done
[[ -n ${QUEUE} ]] || { usage >&2; exit 64; }
[[ ${LIMIT} =~ ^[1-9][0-9]{0,2}$ ]] || die 64 "--limit takes 1 to 999"
need jq{% for tool in tools %} {{ tool }}{% endfor %}

pull() {
  case ${QUEUE} in
{% for queue in replays %}
    {{ queue.name }}) timeout --foreground {{ queue.pull.budget * overtime }} {{ queue.pull.command }} ;;
{% endfor %}
    *) die 65 "there is no queue '${QUEUE}' whose messages are put back" ;;
  esac
}

# Seconds that taking and putting back as many messages may take, as RUNBOOK_DEAD_LETTERS.md has it.
budget_of() { # messages
  case ${QUEUE} in
{% for queue in replays %}
    {{ queue.name }}) printf '%d' $(({{ queue.first }} + {{ queue.each }} * $1)) ;;
{% endfor %}
    *) printf 0 ;;
  esac
}

put_back() { # reads nothing, so that the list of messages stays for the loop
  case ${QUEUE} in
{% for queue in replays %}
    {{ queue.name }})
      timeout --foreground {{ queue.publish.budget * overtime }} {{ queue.publish.command }} >/dev/null </dev/null || return 1
      timeout --foreground {{ queue.acknowledge.budget * overtime }} {{ queue.acknowledge.command }} >/dev/null </dev/null || optional {{ queue.acknowledge.otherwise }}
      ;;
{% endfor %}
    *) return 1 ;;
  esac
}

# Text of a field of the message at hand.
field() { # filter
  jq --raw-output "$1" <<<"${message}"
}

confirm "${QUEUE}"
lock
step "Take at most ${LIMIT} messages that ${QUEUE} has set aside" "$(budget_of "${LIMIT}")"
messages=$(pull) || die 75 "nothing could be taken: apply Terraform first"
back=0 left=0
while IFS= read -r message; do
  id=$(field '.message.messageId // "unknown"')
  verdict=$(field '.message.attributes.verdict // ""')
  if [[ -n ${verdict} && ${verdict} != "${ACCEPTED}" ]]; then
    note "message ${id}: left, its verdict is ${verdict}"
    left=$((left + 1))
    continue
  fi
  # gcloud writes base64 with the alphabet for addresses.
  data=$(field '.message.data // "" | gsub("-"; "+") | gsub("_"; "/")')
  # shellcheck disable=SC2034 # the commands of the queue use them
  {
    # The last character keeps what ends with a line feed.
    MESSAGE=$(jq --raw-input --raw-output '@base64d + "."' <<<"${data}")
    MESSAGE=${MESSAGE%.}
    ORDERING_KEY=$(field '.message.orderingKey // ""')
    ACK_ID=$(field '.ackId')
    # What Pub/Sub has added says only where the message failed. Values may hold commas.
    ATTRIBUTES="^:::^replayed=true$(field '[.message.attributes // {} | to_entries[]
      | select(.key | test("^(CloudPubSub|verdict$|replayed$)") | not) | ":::\(.key)=\(.value)"] | join("")')"
  }
  if [[ $(printf '%s' "${MESSAGE}" | jq --raw-input --slurp --raw-output '@base64') != "${data}" ]]; then
    note "message ${id}: left, it is no text; put it back with a program"
    left=$((left + 1))
    continue
  fi
  if [[ ${APPLY} == true ]]; then
    put_back || die 75 "message ${id} could not be put back; it stays where it is, and so do those after it"
    note "message ${id}: put back"
  else
    note "message ${id}: would be put back"
  fi
  back=$((back + 1))
done < <(jq --compact-output '.[]' <<<"${messages:-[]}")
finish "Done: ${back} put back, ${left} left"
