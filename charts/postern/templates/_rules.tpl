{{- /* What is read and written of the namespaces that are watched. */ -}}
{{- define "postern.watchRules" -}}
- apiGroups: [postern.dev]
  resources: [mailproxies]
  verbs: [list, watch]
- apiGroups: [postern.dev]
  resources: [mailproxies/status]
  verbs: [patch]
- apiGroups: ['']
  resources: [services, secrets, configmaps]
  verbs: [list, watch]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [list, watch]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create]
{{- end -}}

{{- /* What is read and written of the release's own namespace. */ -}}
{{- define "postern.ownRules" -}}
{{- $fullname := include "postern.fullname" . -}}
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [{{ $fullname }}]
  verbs: [get, update]
{{- if .Values.service.portsFollowListeners }}
- apiGroups: ['']
  resources: [services]
  resourceNames: [{{ $fullname }}]
  verbs: [patch]
{{- end }}
{{- /* With all namespaces, and with this one among the watched, the reading is granted already. */ -}}
{{- if and .Values.watchNamespaces (not (has .Release.Namespace .Values.watchNamespaces)) }}
- apiGroups: ['']
  resources: [services]
  resourceNames: [{{ $fullname }}]
  verbs: [list, watch]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [list, watch]
{{- end }}
{{- end -}}

{{- define "postern.subjects" -}}
- kind: ServiceAccount
  name: {{ include "postern.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end -}}

{{- /* Objects without a namespace have names that no other release has. */ -}}
{{- define "postern.clusterName" -}}
{{- printf "%s-%s" .Release.Namespace (include "postern.fullname" .) -}}
{{- end -}}
