#!/usr/bin/env bash
# {{ header | comment }}
#
# What a month cost, by region and service. Reads only. See COST_ANALYSIS.md.

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: cost-report.sh [--month YYYYMM]

  --month YYYYMM   the month; the last whole one if left out
TEXT
}

need date
MONTH=$(date -u -d "$(date -u +%Y-%m-01) -1 day" +%Y%m)
while (($#)); do
  case $1 in
    --month) MONTH=${2:-}; shift 2 || { usage >&2; exit 64; } ;;
    --help) usage; exit 0 ;;
    *) usage >&2; exit 64 ;;
  esac
done
[[ ${MONTH} =~ ^[0-9]{6}$ ]] || die 64 "a month is written as 202611"
{% for cost in costs %}
{% if "MONTH_PARAMETER" in cost.variables %}
MONTH_PARAMETER="month:STRING:${MONTH}"
{% endif %}
{% if "MONTH_PERIOD" in cost.variables %}
first=${MONTH:0:4}-${MONTH:4:2}-01
MONTH_PERIOD="Start=${first},End=$(date -u -d "${first} +1 month" +%Y-%m-%d)"
{% endif %}
need {{ cost.tool }}
# shellcheck disable=SC2016 # the backticks quote the name of a table
look {{ cost.budget }} {{ cost.title }} {{ cost.command }} || die 75 {{ cost.otherwise }}
{% else %}
die 75 "the bill of ${MONTH} is not exported: add 'cost: { billing_export: true }' to the topology"
{% endfor %}
