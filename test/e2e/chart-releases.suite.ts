/** What a release can become, by Helm on a real API server. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { manifestPath, manifests } from '../../scripts/render-manifests.ts'
import { type ChartPlane, chart, chartPlane, valueFiles } from '../support/chart.ts'
import { program } from '../support/control-plane.ts'

const root = new URL('../..', import.meta.url).pathname
let plane: ChartPlane

before(async () => {
  plane = await chartPlane(['second', 'mail'])
})

after(() => plane[Symbol.asyncDispose]())

const kinds = (): string => plane.kubectl(['get', 'crds', '-o', 'name'])
const ports = (namespace: string, name: string): readonly string[] =>
  plane
    .kubectl(['get', 'service', name, '-n', namespace, '-o', 'jsonpath={.spec.ports[*].name}'])
    .split(' ')

test('manifests/postern.yaml is what Helm renders', () => {
  assert.equal(readFileSync(manifestPath, 'utf8'), manifests(program('helm')))
})

test('the folder of manifests is applied at once, and again by the server', () => {
  const words = ['apply', '-f', `${root}manifests`]
  assert.match(plane.kubectl(words), /deployment.apps\/postern created/)
  const again = plane.kubectl([...words, '--server-side'])
  assert.match(again, /mailproxies.postern.dev serverside-applied/)
})

test('a release takes over what the manifests made', () => {
  const words = ['install', 'postern', chart, '-n', 'postern']
  assert.throws(() => plane.helm(...words), /invalid ownership metadata/)
  const over = [
    '--take-ownership',
    '--force-conflicts',
    '--set=image.registry=registry.example.com',
  ]
  assert.match(plane.helm(...words, ...over), /STATUS: deployed/)
  plane.helm('uninstall', 'postern', '-n', 'postern')
  assert.throws(() => plane.kubectl(['get', 'deployment', 'postern', '-n', 'postern']), /NotFound/)
  assert.match(kinds(), /mailproxies/)
})

test('a release is installed with MailProxies where the kinds were not, upgraded, and rolled back', () => {
  plane.kubectl(['delete', '-f', `${root}manifests/crds.yaml`])
  plane.kubectl(['label', 'namespace', 'postern', 'pod-security.kubernetes.io/enforce-'])
  const values = `--values=${valueFiles.get('mail')}`
  assert.match(plane.helm('install', 'mail', chart, '-n', 'postern', values), /REVISION: 1/)
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
  plane.helm(
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
  plane.helm('rollback', 'mail', '-n', 'postern')
  const back = ports('postern', 'mail-postern')
  assert.deepEqual(
    ['tcp-2525', 'mine', 'sieve', 'imaps'].map(name => back.includes(name)),
    [true, true, false, true],
  )
})

test('a second release stands beside the first, in a namespace of its own or in the same', () => {
  const values = `--values=${valueFiles.get('second-release')}`
  plane.helm('install', 'internal', chart, '-n', 'second', values)
  plane.helm('install', 'third', chart, '-n', 'postern', values)
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

test('a release of one name stands in two namespaces, and comes back after it was removed', () => {
  plane.helm('install', 'mail', chart, '-n', 'second')
  plane.helm('uninstall', 'mail', '-n', 'second')
  plane.helm('install', 'mail', chart, '-n', 'second')
  plane.helm('uninstall', 'mail', '-n', 'second')
})

test('a release that gets an autoscaler keeps its pods if somebody else counts them first', () => {
  const words = [chart, '-n', 'second', '--reset-then-reuse-values']
  plane.helm('install', 'scaled', chart, '-n', 'second')
  const name = ['deployment', 'scaled-postern', '-n', 'second']
  plane.kubectl(['scale', ...name, '--replicas=3'])
  plane.helm('upgrade', 'scaled', ...words, '--set=autoscaling.enabled=true')
  assert.equal(plane.kubectl(['get', ...name, '-o', 'jsonpath={.spec.replicas}']), '3')
  plane.helm('uninstall', 'scaled', '-n', 'second')
})

test('a release that goes takes its roles along and leaves kinds and the objects of others', () => {
  plane.helm('uninstall', 'third', '-n', 'postern')
  plane.helm('uninstall', 'internal', '-n', 'second')
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
  plane.helm('install', 'post', chart, '-n', 'mail', values)
  plane.helm('uninstall', 'mail', '-n', 'postern')
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
