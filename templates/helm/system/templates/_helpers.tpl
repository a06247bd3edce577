{{/* Labels of an object that belongs to a service. Call with a dict of root and name. */}}
{{- define "system.labels" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/part-of: {{ .root.Chart.Name }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Labels that select a service's pods; they never change. */}}
{{- define "system.selector" -}}
app.kubernetes.io/name: {{ .name }}
{{- end }}

{{/* The image of a service: by digest where one is given. */}}
{{- define "system.image" -}}
{{- if .image.digest -}}
{{ printf "%s@%s" .image.repository .image.digest }}
{{- else -}}
{{ printf "%s:%s" .image.repository .image.tag }}
{{- end -}}
{{- end }}
