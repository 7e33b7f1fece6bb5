/**
 * The controller runs as its service account with the roles and the flags of the chart; the API server's
 * audit log has every request. Nothing is refused, and no verb is granted that is never used.
 */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parse, stringify } from 'yaml'
import { type ChartPlane, chart, chartPlane } from '../support/chart.ts'
import { clusterController } from '../support/cluster-controller.ts'
import { mailProxyFor } from '../support/cluster-objects.ts'
import { eventually } from '../support/programs.ts'

let dir: string
let plane: ChartPlane

const policy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Metadata', userGroups: ['system:serviceaccounts'] }, { level: 'None' }],
}

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'postern-audit-'))
  writeFileSync(join(dir, 'policy'), JSON.stringify(policy))
  const log = `--audit-policy-file=${dir}/policy --audit-log-path=${dir}/log`
  plane = await chartPlane(['wide', 'narrow', 'tenant-a', 'tenant-b'], { APISERVER_ARGS: log })
})

after(async () => {
  await plane[Symbol.asyncDispose]()
  await rm(dir, { recursive: true })
})

interface Place {
  readonly namespace?: string
  readonly apiGroup?: string
  readonly resource: string
  readonly subresource?: string
  readonly name?: string
}
interface Audited {
  readonly user: { readonly username: string }
  readonly verb: string
  readonly objectRef: Place
  readonly responseStatus: { readonly code: number }
}

const requestsOf = (account: string): readonly Audited[] => {
  const lines = readFileSync(join(dir, 'log'), 'utf8').split('\n').slice(0, -1)
  const all: readonly Audited[] = lines.map(line => JSON.parse(line))
  return all.filter(({ user }) => user.username === account)
}

interface Grant {
  readonly role: string
  /** `undefined`: everywhere. */
  readonly namespace: string | undefined
  readonly group: string
  readonly resource: string
  readonly names: readonly string[]
  readonly verb: string
}
interface Role {
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly rules: readonly {
    readonly apiGroups: readonly string[]
    readonly resources: readonly string[]
    readonly resourceNames?: readonly string[]
    readonly verbs: readonly string[]
  }[]
}

/** One for each verb that a release's roles give its controller. */
function grantsOf(release: string): readonly Grant[] {
  const mine = ['-A', '-l', `app.kubernetes.io/instance=${release}`, '-o', 'json']
  const { items }: { items: readonly Role[] } = JSON.parse(
    plane.kubectl(['get', 'clusterroles,roles', ...mine]),
  )
  const own = items.filter(({ metadata }) => !/-(view|edit)$/.test(metadata.name))
  return own.flatMap(({ metadata: { name: role, namespace }, rules }) =>
    rules.flatMap(({ apiGroups, resources, resourceNames: names = [], verbs }) =>
      apiGroups.flatMap(group =>
        resources.flatMap(resource =>
          verbs.map(verb => ({ role, namespace, group, resource, names, verb })),
        ),
      ),
    ),
  )
}

function uses(grant: Grant, { verb, objectRef }: Audited): boolean {
  const { namespace, apiGroup = '', resource, subresource, name = '' } = objectRef
  const full = subresource === undefined ? resource : `${resource}/${subresource}`
  return (
    grant.verb === verb &&
    grant.group === apiGroup &&
    grant.resource === full &&
    (grant.namespace === undefined || grant.namespace === namespace) &&
    (grant.names.length === 0 || grant.names.includes(name))
  )
}

/** A kubeconfig with nothing but the token of a service account. */
function asAccount(namespace: string, name: string): string {
  const config = parse(readFileSync(plane.kubeconfig, 'utf8'))
  const token = plane.kubectl(['create', 'token', name, '-n', namespace]).trim()
  const file = join(dir, `${namespace}.kubeconfig`)
  const users = [{ name: config.users[0].name, user: { token } }]
  writeFileSync(file, stringify({ ...config, users }))
  return file
}

/** What the chart gives the controller, but where objects come from and texts go. */
function flagsOf(namespace: string, name: string): readonly string[] {
  const words = ['get', 'deployment', name, '-n', namespace, '-o', 'json']
  const [controller] = JSON.parse(plane.kubectl(words)).spec.template.spec.initContainers
  const flags: readonly string[] = controller.args.slice(3)
  return flags.filter(flag => !/^--(from|to)=/.test(flag))
}

const modes: readonly (readonly [
  title: string,
  release: string,
  className: string,
  namespaces: readonly string[],
  flags: readonly string[],
])[] = [
  ['of all namespaces', 'wide', 'wide-postern', ['tenant-a'], ['--set=class.create=true']],
  [
    'of two namespaces, without a ClusterRole',
    'narrow',
    'tenants',
    ['tenant-a', 'tenant-b'],
    ['--set=watchNamespaces={tenant-a,tenant-b}', '--set=class.name=tenants'],
  ],
]

for (const [title, release, className, namespaces, flags] of modes) {
  test(`the roles for objects ${title} are all that the controller needs, and all of them are needed`, async () => {
    const name = `${release}-postern`
    plane.helm('install', release, chart, '-n', release, ...flags)
    const controller = await clusterController(asAccount(release, name), flagsOf(release, name))
    plane.apply(
      namespaces.map(namespace =>
        mailProxyFor({ namespace, name: release, className, port: 2000 + namespace.charCodeAt(7) }),
      ),
    )
    const account = `system:serviceaccount:${release}:${name}`
    const grants = grantsOf(release)
    assert.ok(grants.length > 15)
    const unused = () => {
      const requests = requestsOf(account)
      return grants.filter(grant => !requests.some(request => uses(grant, request)))
    }
    await eventually('every grant to be used', () => unused().length === 0, 15_000).catch(() => {})
    assert.deepEqual(unused(), [])
    const refused = requestsOf(account).filter(({ responseStatus }) => responseStatus.code === 403)
    assert.deepEqual(refused, [])
    await controller.close()
  })
}

test('a controller of some namespaces sees nothing of the others', () => {
  const asked = requestsOf('system:serviceaccount:narrow:narrow-postern')
  const places = new Set(asked.map(({ objectRef }) => objectRef.namespace))
  assert.deepEqual([...places].sort(), ['narrow', 'tenant-a', 'tenant-b'])
  const cluster = plane.kubectl([
    'get',
    'clusterroles',
    '-l',
    'app.kubernetes.io/instance=narrow',
    '-o',
    'name',
  ])
  assert.equal(cluster, '')
})
