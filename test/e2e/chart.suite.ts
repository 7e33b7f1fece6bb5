/** The chart on a real API server: what it renders is taken, and a release can be what releases become. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { manifestPath, manifests } from '../../scripts/render-manifests.ts'
import { chart, helmOn, type Manifest, podsOf, render, valueFiles } from '../support/chart.ts'
import { type ControlPlane, controlPlane, program } from '../support/control-plane.ts'

const root = new URL('../..', import.meta.url).pathname
const namespaces = ['postern', 'second', 'tenant-a', 'tenant-b', 'mail']
let plane: ControlPlane
let helm: ReturnType<typeof helmOn>

before(async () => {
  plane = await controlPlane()
  helm = helmOn(plane.kubeconfig)
  for (const name of namespaces) {
    plane.kubectl(['create', 'namespace', name])
    // As the controller manager would.
    const made = plane.kubectl(['get', 'serviceaccounts', '-n', name, '-o', 'name'])
    if (!made.includes('/default'))
      plane.kubectl(['create', 'serviceaccount', 'default', '-n', name])
  }
})

after(() => plane[Symbol.asyncDispose]())

const list = (items: readonly object[]): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
const dryRun = (items: readonly object[], ...more: readonly string[]): string =>
  plane.kubectl(['apply', '--dry-run=server', '-f', '-', ...more], list(items))
const kinds = (): string => plane.kubectl(['get', 'crds', '-o', 'name'])
const ports = (namespace: string, name: string): readonly string[] =>
  plane
    .kubectl(['get', 'service', name, '-n', namespace, '-o', 'jsonpath={.spec.ports[*].name}'])
    .split(' ')

test('manifests/postern.yaml is what Helm renders', () => {
  assert.equal(readFileSync(manifestPath, 'utf8'), manifests(program('helm')))
})

test('the folder of manifests is applied at once, and again', () => {
  const words = ['apply', '--server-side', '-f', `${root}manifests`]
  assert.match(plane.kubectl(words), /deployment.apps\/postern serverside-applied/)
  assert.match(plane.kubectl(words), /mailproxies.postern.dev serverside-applied/)
})

test('a release takes over what the manifests made', () => {
  const words = ['install', 'postern', chart, '-n', 'postern']
  assert.throws(() => helm(...words), /invalid ownership metadata/)
  const over = [
    '--take-ownership',
    '--force-conflicts',
    '--set=image.registry=registry.example.com',
  ]
  assert.match(helm(...words, ...over), /STATUS: deployed/)
  helm('uninstall', 'postern', '-n', 'postern')
  assert.throws(() => plane.kubectl(['get', 'deployment', 'postern', '-n', 'postern']), /NotFound/)
  assert.match(kinds(), /mailproxies/)
})

for (const [name, file] of [['default', undefined], ...valueFiles] as const) {
  const values = file === undefined ? [] : [`--values=${file}`]

  test(`${name}: Helm finds nothing to blame in the chart`, () => {
    assert.match(
      helm('lint', '--strict', chart, ...values),
      /1 chart\(s\) linted, 0 chart\(s\) failed/,
    )
  })

  test(`${name}: the API server takes every object, and no field is unknown to it`, () => {
    // The kinds of the Prometheus operator are not there.
    const objects = render(...values).filter(
      ({ apiVersion }) => !apiVersion.startsWith('monitoring.'),
    )
    const said = dryRun(objects, '--validate=strict')
    assert.equal(said.trim().split('\n').length, objects.length, said)
  })

  test(`${name}: no two entries of a list have one name, which a server-side apply would refuse`, () => {
    const objects = render(...values).filter(
      ({ apiVersion }) => !apiVersion.startsWith('monitoring.'),
    )
    dryRun(objects, '--server-side', '--force-conflicts')
  })

  test(`${name}: the pod meets the restricted standard${name === 'daemonset' ? ', but for the ports of its node' : ''}`, () => {
    plane.kubectl([
      'label',
      'namespace',
      'postern',
      '--overwrite',
      'pod-security.kubernetes.io/enforce=restricted',
    ])
    const objects = render(...values)
    const account = objects.filter(({ kind }) => kind === 'ServiceAccount')
    plane.kubectl(['apply', '-f', '-'], list(account))
    const pods = [...podsOf(objects), ...objects.filter(({ kind }) => kind === 'Pod')].map(bare)
    assert.equal(pods.length, 2)
    if (name === 'daemonset')
      assert.throws(() => dryRun(pods), /"restricted:latest": hostPort \([^()]*\)\n/)
    else dryRun(pods)
    plane.kubectl(['delete', '-f', '-'], list(account))
  })
}

/** A pod as a workload would make it, without the annotations of a hook. */
const bare = ({ metadata, ...rest }: Manifest): Manifest => ({
  ...rest,
  metadata: { name: metadata.name, namespace: 'postern' },
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
      helm(
        'install',
        'noted',
        chart,
        '-n',
        'mail',
        '--dry-run=client',
        '--hide-notes=false',
        ...more,
      )
    assert.match(notes(`--set=${flag}`), said)
    assert.doesNotMatch(notes(), said)
  })
}

test('a release is installed with MailProxies where the kinds were not, upgraded, and rolled back', () => {
  plane.kubectl(['delete', '-f', `${root}manifests/crds.yaml`])
  plane.kubectl(['label', 'namespace', 'postern', 'pod-security.kubernetes.io/enforce-'])
  const values = `--values=${valueFiles.get('mail')}`
  assert.match(helm('install', 'mail', chart, '-n', 'postern', values), /REVISION: 1/)
  const proxies = () => plane.kubectl(['get', 'mailproxies', '-n', 'postern', '-o', 'name'])
  assert.match(proxies(), /corp\n.*mx/)

  // What a controller adds stays, and so does what somebody added by hand.
  const added = (name: string, port: number) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'mail-postern', namespace: 'postern' },
    spec: { ports: [{ name, port, targetPort: port, protocol: 'TCP' }] },
  })
  for (const [manager, object] of [
    ['postern.dev/controller-ports', added('tcp-2525', 2525)],
    ['hand', added('mine', 4190)],
  ] as const) {
    const words = ['apply', '--server-side', `--field-manager=${manager}`, '-f', '-']
    plane.kubectl(words, JSON.stringify(object))
  }
  helm(
    'upgrade',
    'mail',
    chart,
    '-n',
    'postern',
    values,
    '--set=replicas=3,service.ports.sieve=4191',
  )
  const upgraded = ports('postern', 'mail-postern')
  for (const name of ['tcp-2525', 'mine', 'sieve', 'imaps'])
    assert.ok(upgraded.includes(name), name)
  helm('rollback', 'mail', '-n', 'postern')
  const back = ports('postern', 'mail-postern')
  assert.deepEqual(
    ['tcp-2525', 'mine', 'sieve', 'imaps'].map(name => back.includes(name)),
    [true, true, false, true],
  )
})

test('a second release stands beside the first, in a namespace of its own or in the same', () => {
  const values = `--values=${valueFiles.get('second-release')}`
  helm('install', 'internal', chart, '-n', 'second', values)
  helm('install', 'third', chart, '-n', 'postern', values)
  const classes = plane.kubectl([
    'get',
    'mailproxyclasses',
    '-o',
    'jsonpath={range .items[*]}{.metadata.name} {.spec.controller}{"\\n"}{end}',
  ])
  assert.equal(
    classes,
    'internal-postern postern.dev/internal-postern\nthird-postern postern.dev/third-postern\n',
  )
})

test('a release of one name can stand in two namespaces', () => {
  helm('install', 'mail', chart, '-n', 'second')
  helm('uninstall', 'mail', '-n', 'second')
})

test('a release that goes takes its roles along and leaves kinds and the objects of others', () => {
  helm('uninstall', 'third', '-n', 'postern')
  helm('uninstall', 'internal', '-n', 'second')
  const own = ['--selector=app.kubernetes.io/part-of=postern', '-o', 'name']
  const left = plane.kubectl(['get', 'clusterroles,clusterrolebindings', ...own])
  assert.deepEqual(
    left
      .trim()
      .split('\n')
      .map(line => line.split('/').at(-1)),
    [
      'postern-mail-postern',
      'postern-mail-postern-edit',
      'postern-mail-postern-view',
      'postern-mail-postern',
    ],
  )
  assert.match(plane.kubectl(['get', 'mailproxies', '-A', '-o', 'name']), /corp/)
})

test('a release is renamed: the new one is installed, then the old one removed', () => {
  const values = `--values=${valueFiles.get('mail')}`
  helm('install', 'post', chart, '-n', 'mail', values)
  helm('uninstall', 'mail', '-n', 'postern')
  assert.equal(plane.kubectl(['get', 'mailproxies', '-n', 'postern', '-o', 'name']), '')
  assert.match(plane.kubectl(['get', 'mailproxies', '-n', 'mail', '-o', 'name']), /corp/)
})

test('older kinds are brought up to date beside a release, and no object is lost', () => {
  const older = JSON.stringify([{ op: 'remove', path: '/spec/names/shortNames' }])
  plane.kubectl(['patch', 'crd', 'mailproxies.postern.dev', '--type=json', '-p', older])
  const words = ['apply', '--server-side', '--force-conflicts', '-f', `${root}manifests/crds.yaml`]
  plane.kubectl(words)
  const names = ['get', 'crd', 'mailproxies.postern.dev', '-o', 'jsonpath={.spec.names.shortNames}']
  assert.equal(plane.kubectl(names), '["mp"]')
  assert.match(plane.kubectl(['get', 'mailproxies', '-n', 'mail', '-o', 'name']), /corp/)
})

test('there are roles for those who may see MailProxies and for those who may change them', () => {
  for (const [who, role] of [
    ['eve', 'view'],
    ['frank', 'edit'],
  ] as const) {
    const words = [`--clusterrole=mail-post-postern-${role}`, `--user=${who}`, '-n', 'mail']
    plane.kubectl(['create', 'rolebinding', who, ...words])
  }
  const may = (who: string, verb: string): boolean => {
    try {
      return (
        plane.kubectl(['auth', 'can-i', verb, 'mailproxies', '-n', 'mail', `--as=${who}`]) ===
        'yes\n'
      )
    } catch {
      return false
    }
  }
  const found = [
    may('eve', 'list'),
    may('eve', 'delete'),
    may('frank', 'delete'),
    may('mallory', 'list'),
  ]
  assert.deepEqual(found, [true, false, true, false])
})
