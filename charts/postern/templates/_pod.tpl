{{- /* The pod of both kinds of workload: the controller as a native sidecar, and the relay. */ -}}
{{- define "postern.pod" -}}
metadata:
  labels:
    {{- include "postern.selectorLabels" . | nindent 4 }}
    {{- with merge (dict) .Values.podLabels .Values.commonLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    kubectl.kubernetes.io/default-container: relay
    {{- with merge (dict) .Values.podAnnotations .Values.commonAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "postern.serviceAccountName" . }}
  # The token is mounted by hand below, where only the controller sees it.
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ add (int .Values.shutdown.delay) (int .Values.shutdown.sessions) 10 }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    {{- toYaml .Values.podSecurityContext | nindent 4 }}
  {{- if not (kindIs "invalid" .Values.hostUsers) }}
  hostUsers: {{ .Values.hostUsers }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .Values.runtimeClassName }}
  runtimeClassName: {{ . }}
  {{- end }}
  {{- with .Values.dnsPolicy }}
  dnsPolicy: {{ . }}
  {{- end }}
  {{- with .Values.dnsConfig }}
  dnsConfig:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if .Values.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- toYaml .Values.topologySpreadConstraints | nindent 4 }}
  {{- else if eq .Values.kind "Deployment" }}
  topologySpreadConstraints:
    {{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
    - topologyKey: {{ $key }}
      maxSkew: 1
      whenUnsatisfiable: ScheduleAnyway
      matchLabelKeys: [pod-template-hash]
      labelSelector:
        matchLabels:
          {{- include "postern.selectorLabels" $ | nindent 10 }}
    {{- end }}
  {{- end }}
  initContainers:
    {{- include "postern.controller" . | nindent 4 }}
  containers:
    {{- include "postern.relay" . | nindent 4 }}
    {{- with .Values.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    - name: handoff
      emptyDir:
        medium: Memory
        sizeLimit: {{ .Values.handoff.sizeLimit }}
    - name: api-access
      projected:
        defaultMode: 0440
        sources:
          - serviceAccountToken:
              expirationSeconds: 3600
              path: token
          - configMap:
              name: kube-root-ca.crt
              items:
                - {key: ca.crt, path: ca.crt}
          - downwardAPI:
              items:
                - path: namespace
                  fieldRef: {apiVersion: v1, fieldPath: metadata.namespace}
    {{- with .Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{- /* No probe: a pod is ready only while every container is, and mail must not wait for the API server. */ -}}
{{- define "postern.controller" -}}
- name: controller
  image: {{ include "postern.image" . }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  restartPolicy: Always
  args:
    - src/bin/supervise.js
    - node
    - src/bin/controller.js
    - --from=cluster
    - --to=/run/postern
    - --port-offset={{ .Values.portOffset }}
    - --controller-name={{ include "postern.controllerName" . }}
    {{- with include "postern.className" . }}
    - --class-name={{ . }}
    {{- end }}
    {{- with .Values.watchNamespaces }}
    - --watch-namespaces={{ join "," . }}
    {{- end }}
    - --publish-service={{ .Release.Namespace }}/{{ include "postern.fullname" . }}
    {{- if not .Values.service.portsFollowListeners }}
    - --no-service-ports
    {{- end }}
    - --lease-name={{ include "postern.fullname" . }}
    - --shutdown-timeout={{ .Values.shutdown.sessions }}s
    {{- range .Values.addresses }}
    - --address={{ . }}
    {{- end }}
    {{- range .Values.statusAddresses }}
    - --status-address={{ . }}
    {{- end }}
    {{- with .Values.controller.extraArgs }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .Values.controller.extraEnv }}
  env:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  ports:
    - {name: controller-http, containerPort: 9126, protocol: TCP}
  resources:
    {{- toYaml .Values.controller.resources | nindent 4 }}
  securityContext:
    {{- toYaml .Values.securityContext | nindent 4 }}
  volumeMounts:
    - name: handoff
      mountPath: /run/postern
    - name: api-access
      mountPath: /var/run/secrets/kubernetes.io/serviceaccount
      readOnly: true
    {{- with .Values.controller.extraVolumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{- define "postern.relay" -}}
- name: relay
  image: {{ include "postern.image" . }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  args:
    - src/bin/relay.js
    - --from=/run/postern
    {{- with .Values.relay.extraArgs }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .Values.relay.extraEnv }}
  env:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  ports:
    - {name: http, containerPort: 9125, protocol: TCP}
    {{- range $name, $port := .Values.service.ports }}
    {{- if $port }}
    - name: {{ $name }}
      containerPort: {{ include "postern.innerPort" (dict "root" $ "port" $port) }}
      {{- if $.Values.hostPorts }}
      hostPort: {{ int $port }}
      {{- end }}
      protocol: TCP
    {{- end }}
    {{- end }}
  {{- with .Values.relay.livenessProbe }}
  livenessProbe:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.relay.readinessProbe }}
  readinessProbe:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with int .Values.shutdown.delay }}
  lifecycle:
    preStop:
      sleep: {seconds: {{ . }}}
  {{- end }}
  resources:
    {{- toYaml .Values.relay.resources | nindent 4 }}
  securityContext:
    {{- toYaml .Values.securityContext | nindent 4 }}
  volumeMounts:
    - name: handoff
      mountPath: /run/postern
    {{- with .Values.relay.extraVolumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}
