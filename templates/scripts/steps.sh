# Seconds that a step may take, as RECOVERY_BUDGET.md has it.
budget_of() { # step
  case {% if plan.pair %}${FROM}/${TO}{% else %}${REGION}/${REGION}{% endif %}/$1 in
{% for b in plan.budgets %}
{% if b.from and b.to %}
    {{ b.from }}/{{ b.to }}/{{ b.step }}) printf {{ b.seconds }} ;;
{% elif b.from %}
    {{ b.from }}/*/{{ b.step }}) printf {{ b.seconds }} ;;
{% elif b.to %}
    */{{ b.to }}/{{ b.step }}) printf {{ b.seconds }} ;;
{% else %}
    */*/{{ b.step }}) printf {{ b.seconds }} ;;
{% endif %}
{% endfor %}
    *) printf 0 ;;
  esac
}

begin() { # step title
  step "$2" "$(budget_of "$1")"
}
{% if plan.seats %}

# What is answered once a region other than ${FROM} does it.
elsewhere() { # what
  local region wants=""
  for region in "${REGIONS[@]}"; do
    [[ ${region} == "${FROM}" ]] || wants+=$(inside "$1" "${region}")
  done
  printf '%s' "${wants#|}"
}

# What is answered once a region does it, after a bar.
inside() { # what region
  case $1/$2 in
{% for s in plan.seats %}
    {{ s.subject }}/{{ s.region }}) printf '|%s' {{ s.answer }} ;;
{% endfor %}
  esac
}

ask_elsewhere() { # what seconds title command...
  ask "$2" "$3" "$(elsewhere "$1")" "${@:4}"
}

prove_elsewhere() { # what seconds title command...
  prove "$2" "$3" "$(elsewhere "$1")" "${@:4}"
}
{% endif %}
{% if functions %}

# The commands, once: what the steps below run them for is a row each.
{% include "functions.sh" %}
{% endif %}
{% for s in plan.steps %}

# {{ s.title | comment }}.
{{ s.id }}() {
{% if s.needs %}
  # All by itself it acts only if what it needs holds.
  if [[ -n ${ONLY} ]]; then
{% for need in s.needs %}
    {{ need }}
{% endfor %}
  fi
{% endif %}
{% if s.verb == "look" %}
{% for w in s.works %}
  begin {{ s.id }} {{ w.title }}
  hold {{ s.holds }}
  while true; do
{% for l in w.looks %}
{% if l.region and plan.pair %}
    # Its name leads to that region alone, which may be the one that is gone.
    [[ ${FROM} == {{ l.region }} ]] || {{ l.look.lines[0] }}
{% else %}
    {{ l.look.lines[0] }}
{% endif %}
{% endfor %}
    moment served
    again || break
  done
{% endfor %}
}
{% elif s.others %}
  begin {{ s.id }} {{ s.title }}
{% for w in s.works %}
  if [[ ${REGION} != {{ w.region }} ]]; then
{% for act in w.acts %}
{% for line in act.commands.lines %}
    {{ line }}
{% endfor %}
{% else %}
    note {{ w.region ~ ": " ~ w.idle }}
{% endfor %}
  fi
{% endfor %}
}
{% else %}
  case {% if s.on == "FROM" %}${FROM}{% elif s.on == "TO" %}${TO}{% else %}${REGION}{% endif %} in
{% for w in s.arms %}
    {{ w.regions[0] }}{% for r in w.regions[1:] %} | {{ r }}{% endfor %})
      begin {{ s.id }} {{ w.title }}
{% if s.id == "freeze" %}
      note "Stop every deployment and every terraform apply until the return is done."
{% elif s.final %}
      note "This is the point of no return."
{% endif %}
{% if s.holds and w.acts %}
      hold {{ s.holds }}
      while true; do
        BEHIND=0
{% for act in w.acts %}
{% for line in act.commands.lines %}
        {{ line }}
{% endfor %}
{% endfor %}
        compare
        again || break
      done
{% else %}
{% for act in w.acts %}
{% if act.ask %}
      if {{ act.ask.lines[0] }}; then
        note {{ act.done }}
      else
{% for line in act.commands.lines %}
        {{ line }}
{% endfor %}
      fi
{% else %}
{% for line in act.commands.lines %}
      {{ line }}
{% endfor %}
{% endif %}
{% else %}
      note {{ w.idle }}
{% endfor %}
{% endif %}
      ;;
{% endfor %}
  esac
{% if s.id == "fence" %}
  # Until the region serves again no deployment may put back what the fence took away.
  put_mark "fenced-${FROM}"
{% endif %}
{% if s.verb == "measure" and not s.holds %}
  compare
{% elif s.proved %}
  {{ s.id }}_holds
{% endif %}
{% if s.id == "serve" %}
  take_mark "fenced-${REGION}"
{% endif %}
}
{% endif %}
{% if s.proved %}

# Reads back what it has brought about.
{{ s.id }}_holds() {
  case {% if s.on == "FROM" %}${FROM}{% elif s.on == "TO" %}${TO}{% else %}${REGION}{% endif %} in
{% for w in s.holding %}
    {{ w.regions[0] }}{% for r in w.regions[1:] %} | {{ r }}{% endfor %})
{% for line in w.proofs.lines %}
      {{ line }}
{% endfor %}
      ;;
{% endfor %}
  esac
}
{% endif %}
{% endfor %}

