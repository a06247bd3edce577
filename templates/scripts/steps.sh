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
  case $1/${FROM} in
{% for s in plan.seats %}
    {{ s.subject }}/{{ s.lost }}) printf '%s' {{ s.wants }} ;;
{% endfor %}
  esac
}
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
{% for act in w.acts %}
{% for op in act.commands %}
{% if act.region and plan.pair %}
    # Its name leads to that region alone, which may be the one that is gone.
    [[ ${FROM} == {{ act.region }} ]] || look {{ op.budget }} {{ op.title }} {{ op.command }} || die 75 {{ s.stop }} {{ op.otherwise }}
{% else %}
    look {{ op.budget }} {{ op.title }} {{ op.command }} || die 75 {{ s.stop }} {{ op.otherwise }}
{% endif %}
{% endfor %}
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
{% for op in act.commands %}
    run {{ op.budget }} {{ op.title }} {{ op.command }} || {% if s.stop %}die 75 {{ s.stop }}{% else %}missed{% endif %} {{ op.otherwise }}
{% endfor %}
{% else %}
    note {{ w.region ~ ": " ~ w.idle }}
{% endfor %}
  fi
{% endfor %}
}
{% else %}
  case {% if s.on == "FROM" %}${FROM}{% elif s.on == "TO" %}${TO}{% else %}${REGION}{% endif %} in
{% for w in s.works %}
    {{ w.region }})
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
{% for op in act.commands %}
        measure {{ op.budget }} {{ op.title }} {{ op.command }}
{% endfor %}
{% endfor %}
        compare
        again || break
      done
{% else %}
{% for act in w.acts %}
{% if act.ask %}
      if ask {{ act.ask.within }} {{ act.ask.title }} {% if act.ask.wants %}{{ act.ask.wants }}{% else %}"$(elsewhere {{ act.subject }})"{% endif %} {{ act.ask.command }}; then
        note {{ act.ask.done }}
      else
{% for op in act.commands %}
        run {{ op.budget }} {{ op.title }} {{ op.command }} || {% if s.stop %}die 75 {{ s.stop }}{% else %}missed{% endif %} {{ op.otherwise }}
{% endfor %}
      fi
{% else %}
{% for op in act.commands %}
{% if s.verb == "measure" %}
      measure {{ op.budget }} {{ op.title }} {{ op.command }}
{% else %}
      run {{ op.budget }} {{ op.title }} {{ op.command }} || {% if s.stop %}die 75 {{ s.stop }}{% else %}missed{% endif %} {{ op.otherwise }}
{% endif %}
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
{% for w in s.works if w.proved %}
    {{ w.region }})
{% for act in w.acts %}
{% if act.ask %}
      prove {{ act.ask.within }} {{ act.ask.title }} {% if act.ask.wants %}{{ act.ask.wants }}{% else %}"$(elsewhere {{ act.subject }})"{% endif %} {{ act.ask.command }} || {% if s.stop %}die 75 {{ s.stop }}{% else %}missed{% endif %} {{ act.ask.still }}
{% endif %}
{% for p in act.proofs %}
      prove {{ p.within }} {{ p.title }} {{ p.wants }} {{ p.command }} || {% if s.stop %}die 75 {{ s.stop }}{% else %}missed{% endif %} {{ p.otherwise }}
{% endfor %}
{% endfor %}
      ;;
{% endfor %}
  esac
}
{% endif %}
{% endfor %}

