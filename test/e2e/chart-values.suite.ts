/** What the chart renders of each set of values, on a real API server. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  type ChartPlane,
  chart,
  chartPlane,
  type Manifest,
  operatorKinds,
  podsOf,
  render,
  valueFiles,
} from '../support/chart.ts'

const crds = new URL('../../manifests/crds.yaml', import.meta.url).pathname
let plane: ChartPlane

before(async () => {
  plane = await chartPlane(['postern', 'tenant-a', 'tenant-b'])
  plane.kubectl(['apply', '--server-side', '-f', crds])
  const operator = operatorKinds()
  plane.kubectl(['apply', '--server-side', '-f', operator])
  for (const kinds of [crds, operator])
    plane.kubectl(['wait', '--for=condition=Established', '--timeout=30s', '-f', kinds])
  const enforced = 'pod-security.kubernetes.io/enforce=restricted'
  plane.kubectl(['label', 'namespace', 'postern', enforced])
})

after(() => plane[Symbol.asyncDispose]())

const dryRun = (items: readonly object[], ...more: readonly string[]): string =>
  plane.apply(items, '--dry-run=server', ...more)

for (const [name, file] of [['default', undefined], ...valueFiles] as const) {
  const values = file === undefined ? [] : [`--values=${file}`]

  test(`${name}: Helm finds nothing to blame in the chart`, () => {
    assert.match(
      plane.helm('lint', '--strict', chart, ...values),
      /1 chart\(s\) linted, 0 chart\(s\) failed/,
    )
  })

  test(`${name}: the API server takes every object, and no field is unknown to it`, () => {
    const objects = render(...values)
    const said = dryRun(objects, '--validate=strict')
    assert.equal(said.trim().split('\n').length, objects.length, said)
  })

  test(`${name}: no two entries of a list have one name, which a server-side apply would refuse`, () => {
    const objects = render(...values)
    dryRun(objects, '--server-side', '--force-conflicts')
  })

  test(`${name}: the pod meets the restricted standard${name === 'daemonset' ? ', but for the ports of its node' : ''}`, () => {
    const objects = render(...values)
    const account = objects.filter(({ kind }) => kind === 'ServiceAccount')
    plane.apply(account)
    const pods = [...podsOf(objects), ...objects.filter(({ kind }) => kind === 'Pod')].map(bare)
    assert.equal(pods.length, 2)
    if (name === 'daemonset')
      assert.throws(() => dryRun(pods), /"restricted:latest": hostPort \([^()]*\)\n/)
    else dryRun(pods)
    plane.remove(account)
  })
}

/** A pod as a workload would make it, without the annotations of a hook. */
const bare = ({ metadata, ...rest }: Manifest): Manifest => ({
  ...rest,
  metadata: { name: metadata.name, namespace: 'postern' },
})

test('a monitor of either kind, and the rules, are taken where the operator is, which Helm sees by itself', () => {
  const kinds = [
    ['podMonitor', 'PodMonitor'],
    ['serviceMonitor', 'ServiceMonitor'],
    ['prometheusRule', 'PrometheusRule'],
  ] as const
  for (const [value, kind] of kinds) {
    const flag = `--set=metrics.${value}.enabled=true`
    const said = plane.helm('install', 'watched', chart, '-n', 'postern', '--dry-run=server', flag)
    assert.match(said, new RegExp(`^kind: ${kind}$`, 'm'))
    const made = render(flag, '--set=metrics.disableAPICheck=true').filter(one => one.kind === kind)
    assert.equal(made.length, 1)
    assert.match(dryRun(made, '--validate=strict'), /created/)
  }
})

const refusals: readonly (readonly [why: string, flags: readonly string[], said: RegExp])[] = [
  [
    'a value that does not exist',
    ['--set=replica=3'],
    /additional properties 'replica' not allowed/,
  ],
  [
    'one that does not exist deeper down',
    ['--set=service.port=3'],
    /additional properties 'port' not allowed/,
  ],
  ['one of another type', ['--set=replicas=many'], /replicas/],
  ['a word that is not of the list', ['--set=kind=StatefulSet'], /kind/],
  ['namespaces without a class', ['--set=watchNamespaces={a}'], /watchNamespaces needs class.name/],
  [
    'a default class that is not made',
    ['--set=class.default=true'],
    /class.default marks the class/,
  ],
  [
    'ports of nodes without a DaemonSet',
    ['--set=hostPorts=true'],
    /hostPorts goes with kind: DaemonSet/,
  ],
  [
    'autoscaling of a DaemonSet',
    ['--set=autoscaling.enabled=true,kind=DaemonSet'],
    /autoscaling goes with/,
  ],
  [
    'two faults, both told',
    ['--set=hostPorts=true,class.default=true'],
    /class.default.*; hostPorts/,
  ],
  [
    'a Service without ports',
    [
      '--set-json=service.ports={"smtp":null,"submission":null,"submissions":null,"imap":null,"imaps":null,"pop3":null,"pop3s":null}',
    ],
    /at least one port/,
  ],
  [
    'a monitor where its kind is not',
    ['--set=metrics.podMonitor.enabled=true'],
    /needs the kinds of the Prometheus operator/,
  ],
]

for (const [why, flags, said] of refusals) {
  test(`the chart refuses ${why}`, () => {
    assert.throws(() => render(...flags), said)
  })
}

const warnings: readonly (readonly [flag: string, said: RegExp])[] = [
  ['replicas=1', /with one replica mail stops/],
  ['service.externalTrafficPolicy=Cluster', /told the nodes' addresses/],
  ['service.portsFollowListeners=false', /PortNotPublished/],
  ['kind=DaemonSet,hostPorts=true', /Pod Security Standard/],
]

for (const [flag, said] of warnings) {
  test(`the notes warn of ${flag}`, () => {
    const notes = (...more: readonly string[]) =>
      plane.helm(
        'install',
        'noted',
        chart,
        '-n',
        'postern',
        '--dry-run=client',
        '--hide-notes=false',
        ...more,
      )
    assert.match(notes(`--set=${flag}`), said)
    assert.doesNotMatch(notes(), said)
  })
}
