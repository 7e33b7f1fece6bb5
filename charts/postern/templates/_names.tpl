{{- define "postern.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- /* At most 52 octets: names made of it, such as those of pods and "-metrics", fit in 63. */ -}}
{{- define "postern.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $full .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "postern.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "postern.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "postern.image" -}}
{{- with .Values.image -}}
{{- $registry := default .registry $.Values.global.imageRegistry -}}
{{- with $registry -}}{{ . }}/{{- end -}}
{{- .repository -}}
{{- if .digest -}}@{{ .digest }}{{- else -}}:{{ default $.Chart.AppVersion .tag }}{{- end -}}
{{- end -}}
{{- end -}}

{{- /* The one class that is served; empty: all of the controller's name. */ -}}
{{- define "postern.className" -}}
{{- $made := ternary (include "postern.fullname" .) "" .Values.class.create -}}
{{- default $made .Values.class.name -}}
{{- end -}}

{{- define "postern.controllerName" -}}
{{- $own := ternary (printf "postern.dev/%s" (include "postern.fullname" .)) "postern.dev/controller" .Values.class.create -}}
{{- default $own .Values.controllerName -}}
{{- end -}}

{{- /* Never changes: a Deployment's selector cannot. */ -}}
{{- define "postern.selectorLabels" -}}
app.kubernetes.io/name: {{ include "postern.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: relay
{{- end -}}

{{- define "postern.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/name: {{ include "postern.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: postern
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* metadata of an object: (dict "root" $ "name" … "namespaced" true "labels" … "annotations" …). */ -}}
{{- define "postern.metadata" -}}
name: {{ .name }}
{{- if ne (toString .namespaced) "false" }}
namespace: {{ default .root.Release.Namespace .namespace }}
{{- end }}
labels:
  {{- $own := fromYaml (include "postern.labels" .root) }}
  {{- toYaml (merge (dict) (default (dict) .labels) $own) | nindent 2 }}
{{- with merge (dict) (default (dict) .annotations) .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* The port inside of the pod for one that clients use. */ -}}
{{- define "postern.innerPort" -}}
{{- if lt (int .port) 1024 -}}{{ add (int .port) (int .root.Values.portOffset) }}{{- else -}}{{ int .port }}{{- end -}}
{{- end -}}

{{- /* Stops where objects of the Prometheus operator are wanted and its kinds are not there. */ -}}
{{- define "postern.needsOperator" -}}
{{- if not (or .root.Values.metrics.disableAPICheck (.root.Capabilities.APIVersions.Has "monitoring.coreos.com/v1")) -}}
{{- fail (printf "metrics.%s.enabled needs the kinds of the Prometheus operator (monitoring.coreos.com/v1): install it first, or set metrics.disableAPICheck where they will be there" .value) -}}
{{- end -}}
{{- end -}}
