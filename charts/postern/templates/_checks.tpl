{{- /* Values that contradict each other: said at once, all of them. */ -}}
{{- define "postern.checks" -}}
{{- $faults := list -}}
{{- if and .Values.watchNamespaces (not .Values.class.create) (not .Values.class.name) -}}
{{- $faults = append $faults "watchNamespaces needs class.name: classes belong to no namespace and are not read there" -}}
{{- end -}}
{{- if and .Values.class.default (not .Values.class.create) -}}
{{- $faults = append $faults "class.default marks the class that class.create makes; set both" -}}
{{- end -}}
{{- if and .Values.hostPorts (ne .Values.kind "DaemonSet") -}}
{{- $faults = append $faults "hostPorts goes with kind: DaemonSet" -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (ne .Values.kind "Deployment") -}}
{{- $faults = append $faults "autoscaling goes with kind: Deployment" -}}
{{- end -}}
{{- if and .Values.metrics.podMonitor.enabled .Values.metrics.serviceMonitor.enabled -}}
{{- $faults = append $faults "metrics.podMonitor and metrics.serviceMonitor would scrape every pod twice; enable one of them" -}}
{{- end -}}
{{- if not (include "postern.servicePorts" .) -}}
{{- $faults = append $faults "service.ports must keep at least one port: a Service cannot be without" -}}
{{- end -}}
{{- with $faults -}}{{- fail (join "; " .) -}}{{- end -}}
{{- end -}}

{{- define "postern.servicePorts" -}}
{{- range $name, $port := .Values.service.ports -}}
{{- if $port }}
- name: {{ $name }}
  port: {{ int $port }}
  protocol: TCP
  targetPort: {{ include "postern.innerPort" (dict "root" $ "port" $port) }}
{{- end -}}
{{- end -}}
{{- end -}}
