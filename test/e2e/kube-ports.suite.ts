import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { networkInterfaces } from 'node:os'
import { after, before, test } from 'node:test'
import { listenersOf } from '../support/applied-listeners.ts'
import { clusterController, hurried } from '../support/cluster-controller.ts'
import { mailProxyFor } from '../support/cluster-objects.ts'
import { type ClusterSite, clusterSite } from '../support/cluster-site.ts'
import { eventually } from '../support/programs.ts'

let site: ClusterSite
before(async () => {
  site = await clusterSite()
})
after(() => site[Symbol.asyncDispose]())

const flagsOf = (name: string, ...more: readonly string[]) => [
  ...['--lease-name', name, '--class-name', name, '--port-offset', '10000'],
  ...['--publish-service', `${name}/postern`, ...more],
]

/** The Service of a chart, with one standard port of its own. */
const published = (namespace: string): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace, name: 'postern' },
  spec: {
    externalIPs: ['192.0.2.25'],
    ports: [{ name: 'imaps', port: 993, targetPort: 10_993 }],
  },
})

const portsOf = (namespace: string): readonly (readonly [string, number, number])[] =>
  (site.get('svc', namespace, 'postern').spec.ports ?? [])
    .map(({ name, port, targetPort }) => [name, port, targetPort] as const)
    .toSorted(([, a], [, b]) => a - b)

const become = (namespace: string, wanted: readonly unknown[]) =>
  eventually(
    `the ports ${JSON.stringify(wanted)}`,
    () => JSON.stringify(portsOf(namespace)) === JSON.stringify(wanted),
  )

test('the ports of the Service follow the listeners, and entries of others stay', async () => {
  site.tenant('ports')
  site.apply(published('ports'))
  const controller = await clusterController(site.plane.kubeconfig, flagsOf('ports'))
  const proxied = { namespace: 'ports', className: 'ports' }
  site.apply(
    mailProxyFor({ ...proxied, port: 143 }),
    mailProxyFor({ ...proxied, name: 'high', port: 2993 }),
    mailProxyFor({ ...proxied, name: 'standard', port: 993 }),
  )
  const ours = [
    ['tcp-143', 143, 10_143],
    ['imaps', 993, 10_993],
    ['tcp-2993', 2993, 2993],
  ]
  await become('ports', ours)
  await site.condition('ports', 'Programmed', 'True')
  const { status } = site.get('mp', 'ports', 'corp')
  assert.deepEqual(status?.addresses, [{ type: 'IPAddress', value: '192.0.2.25' }])

  // By hand, and by a client-side apply as of an old Helm.
  const patch = (ports: readonly object[]) =>
    site.plane.kubectl(
      ['patch', 'svc', 'postern', '-n', 'ports', '--type=strategic', '-p'].concat(
        JSON.stringify({ spec: { ports } }),
      ),
    )
  patch([{ name: 'mine', port: 4190, targetPort: 4190 }])
  site.apply(published('ports'))
  await become('ports', [...ours, ['mine', 4190, 4190]])
  // Whoever takes ours away gets them back.
  patch([{ port: 2993, $patch: 'delete' }])
  await become('ports', [...ours, ['mine', 4190, 4190]])

  site.remove('mp', 'ports', 'high')
  await become('ports', [...ours.slice(0, 2), ['mine', 4190, 4190]])
  site.remove('mp', 'ports', 'standard')
  site.remove('mp', 'ports', 'corp')
  await become('ports', [
    ['imaps', 993, 10_993],
    ['mine', 4190, 4190],
  ])
  await controller.close()
})

test('a port of that name that somebody else made is left to them', async () => {
  site.tenant('taken')
  const service = {
    ...published('taken'),
    spec: { ports: [{ name: 'tcp-143', port: 143, targetPort: 1 }] },
  }
  const args = ['apply', '--server-side', '--field-manager=other', '-f', '-']
  site.plane.kubectl(args, JSON.stringify(service))
  const controller = await clusterController(site.plane.kubeconfig, flagsOf('taken'))
  const proxied = { namespace: 'taken', className: 'taken' }
  site.apply(
    mailProxyFor({ ...proxied, port: 143 }),
    mailProxyFor({ ...proxied, name: 'two', port: 110 }),
  )
  await become('taken', [
    ['tcp-110', 110, 10_110],
    ['tcp-143', 143, 1],
  ])
  await controller.close()
})

test('switched off, the Service stays as it is, and a listener without a port says so', async () => {
  site.tenant('off')
  site.apply(published('off'))
  const flags = flagsOf('off', '--no-service-ports')
  const controller = await clusterController(site.plane.kubeconfig, flags, { clock: hurried(5) })
  site.apply(mailProxyFor({ namespace: 'off', port: 143, className: 'off' }))
  const bad = await site.condition('off', 'Programmed', 'False', 'PortNotPublished')
  assert.match(bad.message, /the Service off\/postern has no port 143/)
  assert.deepEqual(portsOf('off'), [['imaps', 993, 10_993]])
  await controller.close()
})

/** A pod's relay, which says what it is told to say. */
function relayState(): { readonly server: Server; say: object } {
  const pod = { say: {} }
  const server = createServer((_, response) => response.end(JSON.stringify(pod.say)))
  return Object.assign(pod, { server })
}

/** The API server takes no loopback address for a pod's. */
const ownAddress = (): string => {
  const all = Object.values(networkInterfaces()).flatMap(one => one ?? [])
  const found = all.find(({ internal, family }) => !internal && family === 'IPv4')
  if (!found) throw new Error('this suite needs an address that is not loopback')
  return found.address
}

test('the whole fleet speaks: pods that differ are named, silent ones make it unknown', async () => {
  site.tenant('fleet')
  site.apply(published('fleet'), {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace: 'fleet',
      name: 'postern-1',
      labels: { 'kubernetes.io/service-name': 'postern' },
    },
    addressType: 'IPv4',
    ports: [],
    endpoints: [
      {
        addresses: [ownAddress()],
        conditions: { ready: true },
        targetRef: { kind: 'Pod', name: 'postern-a' },
      },
    ],
  })
  const pod = relayState()
  await new Promise<void>(done => pod.server.listen(0, done))
  const bound = pod.server.address()
  const statePort = typeof bound === 'object' && bound !== null ? bound.port : 0
  pod.say = { generation: 'f'.repeat(64), listeners: [], backends: {} }
  const controller = await clusterController(site.plane.kubeconfig, flagsOf('fleet'), {
    statePort,
    clock: hurried(5),
  })
  site.apply(mailProxyFor({ namespace: 'fleet', port: 143, className: 'fleet' }))
  const differs = await site.condition('fleet', 'Programmed', 'False', 'PodsDiffer')
  assert.match(differs.message, /pod postern-a runs another text/)

  const backends = {
    '10.0.0.1:1143': { identity: 'ignored', secure: false, sessions: 1 },
  }
  const rebuilt = controller.records.findLast(({ msg }) => msg === 'rebuilt')
  const listeners = listenersOf(await controller.text())
  pod.say = { generation: rebuilt?.['generation'], listeners, backends }
  await site.condition('fleet', 'Programmed', 'True')
  const doubt = await site.condition('fleet', 'BackendsTrusted', 'False', 'IdentityIgnored')
  assert.match(doubt.message, /10\.0\.0\.1:1143 .*login_trusted_networks/)
  assert.equal(await controller.metric('postern_fleet_pods', 'agreed'), 1)

  pod.server.close()
  pod.server.closeAllConnections()
  site.apply(mailProxyFor({ namespace: 'fleet', port: 110, className: 'fleet' }))
  const silent = await site.condition('fleet', 'Programmed', 'Unknown', 'PodsUnreachable')
  assert.match(silent.message, /pod postern-a does not say what it runs: .*ECONNREFUSED/)
  // What its relay had learned is not forgotten with it.
  await site.condition('fleet', 'BackendsTrusted', 'False', 'IdentityIgnored')
  await controller.close()
})
