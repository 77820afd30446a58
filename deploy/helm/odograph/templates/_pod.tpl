{{/* What every pod of the programs has. */}}
{{- define "odograph.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "odograph.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* Secrets come as files: an environment is seen by whoever may describe a pod's process. */}}
{{- define "odograph.kafkaEnv" -}}
- {name: ODOGRAPH_KAFKA_BROKERS, value: {{ include "odograph.brokers" . | quote }}}
- {name: ODOGRAPH_TOPIC_PREFIX, value: {{ .Values.kafka.topicPrefix | quote }}}
{{- if .Values.kafka.tls }}
- {name: ODOGRAPH_KAFKA_TLS, value: "true"}
{{- end }}
{{- if .Values.kafka.saslMechanism }}
- {name: ODOGRAPH_KAFKA_SASL_MECHANISM, value: {{ .Values.kafka.saslMechanism | quote }}}
- {name: ODOGRAPH_KAFKA_USER, value: {{ .Values.kafka.user | quote }}}
- {name: ODOGRAPH_KAFKA_PASSWORD_FILE, value: /run/secrets/odograph/kafka-password}
{{- end }}
{{- end }}

{{- define "odograph.instanceEnv" -}}
- name: ODOGRAPH_INSTANCE
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
{{- end }}

{{- define "odograph.probes" -}}
{{ include "odograph.livenessProbes" . }}
readinessProbe:
  httpGet: {path: /readyz, port: admin}
  periodSeconds: 5
  timeoutSeconds: 3
{{- end }}

{{- define "odograph.livenessProbes" -}}
startupProbe:
  httpGet: {path: /livez, port: admin}
  periodSeconds: 5
  failureThreshold: 24
livenessProbe:
  httpGet: {path: /livez, port: admin}
  periodSeconds: 15
  timeoutSeconds: 5
  failureThreshold: 4
{{- end }}

{{- define "odograph.secretVolume" -}}
- name: secrets
  secret:
    secretName: {{ include "odograph.secret" .root }}
    defaultMode: 0440
    items:
      {{- range .keys }}
      - {key: {{ . }}, path: {{ . }}}
      {{- end }}
      {{- if .root.Values.kafka.saslMechanism }}
      - {key: kafka-password, path: kafka-password}
      {{- end }}
{{- end }}

{{- define "odograph.placement" -}}
{{- with .nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
