{{- /* `namespace` of our metrics is the MailProxy's or the Secret's, not the pod's. */ -}}
{{- define "postern.scrape" -}}
path: /metrics
interval: {{ .monitor.interval }}
honorLabels: true
relabelings:
  - {targetLabel: job, replacement: {{ include "postern.job" .root }}}
{{- with .monitor.metricRelabelings }}
metricRelabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* What alerts and metrics of one release have in common. */ -}}
{{- define "postern.job" -}}
{{- printf "%s/%s" .Release.Namespace (include "postern.fullname" .) -}}
{{- end -}}
