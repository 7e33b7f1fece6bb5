import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { chartDigest, manifestPath } from '../../scripts/render-manifests.ts'
import { controllerArguments } from '../../src/bin/controller-arguments.ts'
import { relayArguments } from '../../src/bin/relay-arguments.ts'
import { statePort } from '../../src/kube/fleet.ts'

const text = readFileSync(manifestPath, 'utf8')

interface Named {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
}
interface Role extends Named {
  readonly rules: readonly Rule[]
}
interface Binding extends Named {
  readonly roleRef: { readonly kind: string; readonly name: string }
}
interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}
interface Container {
  readonly args: readonly string[]
  readonly ports: readonly object[]
  readonly securityContext: object
  readonly restartPolicy?: string
  readonly readinessProbe?: object
  readonly livenessProbe?: object
  readonly lifecycle?: object
  readonly volumeMounts: readonly { readonly mountPath: string }[]
}

const objects = parseAllDocuments(text).flatMap(document => document.toJS() ?? [])
const kinds: readonly Named[] = objects
const the = (kind: string) => objects.find(object => object.kind === kind)
const { template, selector } = the('Deployment').spec
const service = the('Service').spec
const pod = template.spec
const controller: Container = pod.initContainers[0]
const relay: Container = pod.containers[0]
const mounts = ({ volumeMounts }: Container): readonly string[] =>
  volumeMounts.map(({ mountPath }) => mountPath)

test('manifests/postern.yaml is what the chart renders (else: node scripts/render-manifests.ts)', () => {
  assert.ok(text.includes(`sha256 of the chart: ${chartDigest()}\n`))
})

test('the folder can be applied at once: no kind stands beside its own definition', () => {
  assert.deepEqual(
    kinds.filter(({ apiVersion }) => apiVersion.startsWith('postern.dev/')),
    [],
  )
})

test('the controller is a native sidecar behind its supervisor, and no probe asks for it', () => {
  assert.equal(controller.restartPolicy, 'Always')
  assert.deepEqual(controller.args.slice(0, 3), [
    'src/bin/supervise.js',
    'node',
    'src/bin/controller.js',
  ])
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe'])
    assert.ok(!(probe in controller))
})

test('every flag that the manifests pass is one that the programs take', () => {
  const asked = controllerArguments(controller.args.slice(3))
  assert.partialDeepStrictEqual(asked, {
    do: 'run',
    options: {
      portOffset: 10_000,
      controllerName: 'postern.dev/controller',
      from: {
        publish: { namespace: 'postern', name: 'postern' },
        servicePorts: true,
        leaseName: 'postern',
      },
      to: '/run/postern',
      shutdownTimeout: '60s',
    },
  })
  const started = relayArguments(relay.args.slice(1), '/')
  assert.partialDeepStrictEqual(started, {
    do: 'run',
    from: { kind: 'handoff', dir: '/run/postern' },
  })
})

test("readiness and life are the relay's alone, asked on the port where it says its state", () => {
  assert.deepEqual(relay.ports[0], { name: 'http', containerPort: statePort, protocol: 'TCP' })
  const { readinessProbe, livenessProbe } = relay
  assert.partialDeepStrictEqual(readinessProbe, { httpGet: { path: '/readyz', port: 'http' } })
  assert.partialDeepStrictEqual(livenessProbe, { httpGet: { path: '/healthz', port: 'http' } })
})

test('only the controller has a token, and both share a volume on memory', () => {
  const tokens = '/var/run/secrets/kubernetes.io/serviceaccount'
  assert.equal(pod.automountServiceAccountToken, false)
  assert.deepEqual(mounts(controller), ['/run/postern', tokens])
  assert.deepEqual(mounts(relay), ['/run/postern'])
  assert.equal(pod.volumes[0].emptyDir.medium, 'Memory')
})

test('the pod has the time that its sessions are given, and ten seconds before and after', () => {
  assert.deepEqual(relay.lifecycle, { preStop: { sleep: { seconds: 10 } } })
  assert.equal(pod.terminationGracePeriodSeconds, 80)
})

test('both containers are as restricted as the Pod Security Standard asks', () => {
  assert.partialDeepStrictEqual(pod.securityContext, {
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  })
  for (const { securityContext } of [controller, relay]) {
    assert.deepEqual(securityContext, {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    })
  }
})

test('the Service leads from the ports of mail to ports that need no privilege, and keeps client addresses', () => {
  const ports = Object.fromEntries(
    service.ports.map((one: { port: number; targetPort: number }) => [one.port, one.targetPort]),
  )
  assert.deepEqual(ports, {
    25: 10_025,
    110: 10_110,
    143: 10_143,
    465: 10_465,
    587: 10_587,
    993: 10_993,
    995: 10_995,
  })
  assert.equal(service.externalTrafficPolicy, 'Local')
  assert.deepEqual(service.selector, selector.matchLabels)
})

test('the controller may do this and nothing else', () => {
  const bound: readonly Binding[] = objects.filter(({ kind }) => kind.endsWith('Binding'))
  const lines = bound.flatMap(({ roleRef }) => {
    const role: Role = objects.find(
      ({ kind, metadata }) => kind === roleRef.kind && metadata.name === roleRef.name,
    )
    return role.rules.flatMap(({ apiGroups, resources, resourceNames = [], verbs }) =>
      resources.map(resource =>
        [role.kind, apiGroups.join(), resource, ...resourceNames, verbs.join()].join(' '),
      ),
    )
  })
  assert.deepEqual(lines, [
    'ClusterRole postern.dev mailproxyclasses list,watch',
    'ClusterRole postern.dev mailproxyclasses/status patch',
    'ClusterRole apiextensions.k8s.io customresourcedefinitions mailproxies.postern.dev mailproxyclasses.postern.dev get',
    'ClusterRole postern.dev mailproxies list,watch',
    'ClusterRole postern.dev mailproxies/status patch',
    'ClusterRole  services list,watch',
    'ClusterRole  secrets list,watch',
    'ClusterRole  configmaps list,watch',
    'ClusterRole discovery.k8s.io endpointslices list,watch',
    'ClusterRole events.k8s.io events create',
    'Role coordination.k8s.io leases create',
    'Role coordination.k8s.io leases postern get,update',
    'Role  services postern patch',
  ])
})
