{% for f in functions %}
{{ f.name }}() { {%- if f.parameters %} local{% for p in f.parameters %} {{ p }}=${% raw %}{{% endraw %}{{ loop.index }}}{% endfor %}{% endif %}

{% for line in f.lines %}
  {{ line }}
{% endfor %}
}
{% endfor %}
