{{- define "louver.name" -}}
{{- if contains "louver" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-louver" .Release.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "louver.selector" -}}
app.kubernetes.io/name: louver
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "louver.labels" -}}
{{ include "louver.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: {{ .Values.shape }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* The configuration, with what the pod decides put in. */}}
{{- define "louver.config" -}}
{{- $_ := required "config.external_url: the URL that clients call, such as https://louver.example/mcp" .Values.config.external_url }}
{{- $pod := dict "version" 1 "listen" (list (dict "address" "0.0.0.0:8080")) "admin" (dict "address" "0.0.0.0:9464" "public" true) -}}
{{- toYaml (merge $pod (deepCopy .Values.config)) }}
{{- end }}
