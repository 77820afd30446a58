{{- define "odograph.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "odograph.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "odograph.labels" -}}
{{ include "odograph.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "odograph.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "odograph.secret" -}}
{{ .Values.existingSecret | default (printf "%s-secrets" (include "odograph.name" .)) }}
{{- end }}

{{/* With engines of its own the chart can't set up before it starts them. */}}
{{- define "odograph.setupIsHook" -}}
{{- if and .Values.setup.enabled (not .Values.kafka.enabled) (not .Values.clickhouse.enabled) }}yes{{ end }}
{{- end }}

{{- define "odograph.brokers" -}}
{{- if .Values.kafka.enabled -}}
{{ include "odograph.name" . }}-kafka-0.{{ include "odograph.name" . }}-kafka:9092
{{- else -}}
{{ join "," (required "kafka.brokers: name your brokers as host:port, or set kafka.enabled for a single node to try out" .Values.kafka.brokers | default list | compact) | required "kafka.brokers: name your brokers as host:port, or set kafka.enabled for a single node to try out" }}
{{- end -}}
{{- end }}

{{- define "odograph.dsn" -}}
{{- $c := .root.Values.clickhouse -}}
{{- $host := $c.host -}}
{{- if $c.enabled }}{{ $host = printf "%s-clickhouse" (include "odograph.name" .root) }}{{ end -}}
clickhouse://{{ index $c.users .user }}@{{ required "clickhouse.host: name your ClickHouse, or set clickhouse.enabled for a single node to try out" $host }}:{{ $c.port }}/{{ $c.database }}{{ if $c.secure }}?secure=true{{ end }}
{{- end }}
