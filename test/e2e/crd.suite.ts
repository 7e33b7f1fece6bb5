import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Condition } from '../../src/api/conditions.ts'
import { mailProxySpec } from '../../src/api/mail-proxy.ts'
import { read } from '../../src/api/read.ts'
import { build } from '../../src/model/build.ts'
import { gather } from '../../src/model/gather.ts'
import { statuses } from '../../src/model/status.ts'
import { type ControlPlane, controlPlane } from '../support/control-plane.ts'
import { options } from '../support/feature.ts'
import { mailProxyOf, mailProxyTable } from '../support/mail-proxy-table.ts'
import { walk } from '../support/schemas.ts'

const crds = new URL('../../manifests/crds.yaml', import.meta.url).pathname

let plane: ControlPlane

before(async () => {
  plane = await controlPlane()
  plane.kubectl(['apply', '--server-side', '-f', crds])
  plane.kubectl(['wait', '--for=condition=Established', '--timeout=30s', '-f', crds])
})

after(() => plane[Symbol.asyncDispose]())

interface Verdict {
  readonly kind?: string
  readonly message?: string
  readonly spec?: unknown
  readonly status?: unknown
}

async function post(object: object, dryRun = true): Promise<Verdict> {
  const path = '/apis/postern.dev/v1alpha1/namespaces/default/mailproxies'
  const response = await fetch(`${plane.url}${path}${dryRun ? '?dryRun=All' : ''}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(object),
  })
  const verdict: Verdict = JSON.parse(await response.text())
  return verdict
}

const schemas = walk('spec', mailProxySpec).map(([, one]) => one)
const patterns = schemas.flatMap(({ node }) =>
  'pattern' in node && node.pattern ? node.pattern : [],
)
/** What the API server says where the controller says `fault`; of a rule that is not in CEL nothing. */
function saidOf(fault: string): string | undefined {
  const silent = schemas.flatMap(({ rules }) => rules).filter(one => !one.expression)
  if (silent.some(({ message }) => message.includes(fault))) return undefined
  return patterns.some(({ message }) => message.includes(fault)) ? 'in body should match' : fault
}

for (const { why, spec, faults } of mailProxyTable) {
  const said = faults.flatMap(fault => saidOf(fault) ?? [])
  test(`the API server ${said.length === 0 ? 'takes' : 'refuses'} ${why}`, async () => {
    const { kind, message = '' } = await post(mailProxyOf(spec))
    assert.equal(kind, said.length === 0 ? 'MailProxy' : 'Status', message)
    for (const one of said) assert.ok(message.includes(one), message)
  })
}

test('defaults stand in spec, and never in a listener', async () => {
  const listener = { name: 'imap', protocol: 'IMAP', port: 143, tls: 'None' }
  const backendRefs = [{ name: 'dovecot', port: 143 }]
  const { spec } = await post(mailProxyOf({ backendRefs, listeners: [listener] }))
  assert.partialDeepStrictEqual(spec, {
    auth: { type: 'Passthrough' },
    identity: { mode: 'Auto' },
    proxyTimeout: '24h',
    xclient: true,
    listeners: [listener],
  })
  assert.deepEqual(Object(spec).listeners, [listener])
})

test('an object that no controller claims says so', async () => {
  const backendRefs = [{ name: 'dovecot', port: 143 }]
  const listeners = [{ name: 'imap', protocol: 'IMAP', port: 143, tls: 'None' }]
  const object = mailProxyOf({ backendRefs, listeners }, 'unclaimed')
  plane.kubectl(['apply', '-f', '-'], JSON.stringify(object))
  const [head = '', row = ''] = plane.kubectl(['get', 'mp', 'unclaimed']).split('\n')
  assert.deepEqual(head.split(/\s+/).filter(Boolean), [
    'NAME',
    'CLASS',
    'ADDRESS',
    'ACCEPTED',
    'PROGRAMMED',
    'AGE',
  ])
  assert.match(row, /^unclaimed +Unknown +Unknown /)
  plane.kubectl(['delete', 'mp', 'unclaimed'])
})

test('a class that no controller serves says so', () => {
  const object = {
    apiVersion: 'postern.dev/v1alpha1',
    kind: 'MailProxyClass',
    metadata: { name: 'unserved' },
    spec: { controller: 'example.com/nobody' },
  }
  plane.kubectl(['apply', '-f', '-'], JSON.stringify(object))
  const [head = '', row = ''] = plane.kubectl(['get', 'mpc', 'unserved']).split('\n')
  assert.deepEqual(head.split(/\s+/).filter(Boolean), ['NAME', 'CONTROLLER', 'ACCEPTED', 'AGE'])
  assert.match(row, /^unserved +example\.com\/nobody +Unknown /)
  plane.kubectl(['delete', 'mpc', 'unserved'])
})

test('the controller of a class cannot be changed', () => {
  const object = (controller: string) =>
    JSON.stringify({
      apiVersion: 'postern.dev/v1alpha1',
      kind: 'MailProxyClass',
      metadata: { name: 'suite' },
      spec: { controller },
    })
  plane.kubectl(['apply', '-f', '-'], object('postern.dev/controller'))
  assert.throws(
    () => plane.kubectl(['apply', '-f', '-'], object('postern.dev/other')),
    /controller cannot be changed: make another class/,
  )
  plane.kubectl(['delete', 'mailproxyclass', 'suite'])
})

test('every field is explained', () => {
  const explained = plane.kubectl(['explain', 'mailproxy.spec', '--recursive=false'])
  assert.doesNotMatch(explained, /<no description>/)
})

test('the statuses of a build are what the schema takes', async () => {
  const backendRefs = [{ name: 'nowhere', port: 143 }]
  const listeners = [{ name: 'imap', protocol: 'IMAP', port: 143, tls: 'None' }]
  const object = mailProxyOf({ backendRefs, listeners }, 'judged')
  plane.kubectl(['apply', '-f', '-'], JSON.stringify(object))
  const found = read(object)
  assert.equal(found.kind, 'object')
  if (found.kind !== 'object') return
  const built = build(gather([found.object]), options)
  const status = statuses(built, undefined).get('default/judged')
  const lastTransitionTime = '2026-01-01T00:00:00Z'
  const timed = (conditions: readonly Condition[] = []) =>
    conditions.map(condition => ({ ...condition, lastTransitionTime }))
  const patch = {
    status: {
      conditions: timed(status?.conditions),
      listeners: status?.listeners.map(one => ({ ...one, conditions: timed(one.conditions) })),
      addresses: [{ type: 'IPAddress', value: '192.0.2.1' }],
    },
  }
  const args = ['patch', 'mp', 'judged', '--subresource=status', '--type=merge', '-o', 'json', '-p']
  const answered: unknown = JSON.parse(plane.kubectl([...args, JSON.stringify(patch)]))
  assert.partialDeepStrictEqual(answered, patch)
  assert.match(plane.kubectl(['get', 'mp', 'judged']), /judged +192\.0\.2\.1 +True +Unknown /)
  plane.kubectl(['delete', 'mp', 'judged'])
})
