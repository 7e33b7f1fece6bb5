import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { makeAuthority } from '../support/certificates.ts'
import { clusterController } from '../support/cluster-controller.ts'
import { classNamed, mailProxyFor, sliceWith, tlsSecret } from '../support/cluster-objects.ts'
import { type ClusterSite, clusterSite } from '../support/cluster-site.ts'
import { faultProxy } from '../support/fault-proxy.ts'
import { eventually } from '../support/programs.ts'

let site: ClusterSite
before(async () => {
  site = await clusterSite()
})
after(() => site[Symbol.asyncDispose]())

const run = (name: string, ...flags: readonly string[]) =>
  clusterController(site.plane.kubeconfig, ['--lease-name', name, '--class-name', name, ...flags])

interface EventObject {
  readonly reason: string
  readonly type: string
  readonly reportingController: string
  readonly regarding: { readonly name: string; readonly uid: string }
}

function eventsOf(namespace: string): readonly EventObject[] {
  const args = ['get', 'events.events.k8s.io', '-n', namespace, '-o', 'json']
  const { items }: { items: readonly EventObject[] } = JSON.parse(site.plane.kubectl(args))
  return items
}

test('objects become the text, endpoints follow, and what is gone leaves it', async () => {
  site.tenant('text')
  const controller = await run('text')
  site.apply(mailProxyFor({ namespace: 'text', port: 2143, className: 'text' }))
  await controller.until('the listener', text => text.includes('name=text/corp/imap'))
  await controller.until('the endpoint', text => text.includes('server 10.0.0.1:1143'))
  site.apply(sliceWith('text', 'dovecot', 1143, ['10.0.0.1', '10.0.0.2']))
  await controller.until('a second endpoint', text => text.includes('server 10.0.0.2:1143'))
  site.remove('mp', 'text', 'corp')
  await controller.until('no listener', text => text !== '' && !text.includes('text/corp'))
  await controller.close()
})

test('status and Events say what became of an object, and then nothing is written any more', async () => {
  site.tenant('still')
  await using proxy = await faultProxy(site.plane.kubeconfig, site.dir)
  const flags = ['--lease-name', 'still', '--class-name', 'still', '--status-address', '192.0.2.7']
  const controller = await clusterController(proxy.kubeconfig, flags)
  site.apply(mailProxyFor({ namespace: 'still', port: 2144, className: 'still' }))
  const programmed = await site.condition('still', 'Programmed', 'True')
  assert.equal(programmed.observedGeneration, 1)
  const { status } = site.get('mp', 'still', 'corp')
  assert.deepEqual(
    status?.conditions?.map(({ type }) => type),
    ['Accepted', 'ResolvedRefs', 'Programmed', 'BackendsTrusted'],
  )
  assert.deepEqual(status?.addresses, [{ type: 'IPAddress', value: '192.0.2.7' }])
  assert.deepEqual(
    status?.listeners?.map(({ name }) => name),
    ['imap'],
  )
  await eventually('Events', () => eventsOf('still').length >= 2)
  const said = eventsOf('still').map(({ type, reason, regarding }) => [
    type,
    reason,
    regarding.name,
  ])
  assert.deepEqual(said.toSorted(), [
    ['Normal', 'Accepted', 'corp'],
    ['Normal', 'Programmed', 'corp'],
  ])

  const { resourceVersion } = site.get('mp', 'still', 'corp').metadata
  const before = proxy.asked.length
  // Endpoints that change the text, and a foreign condition, change nothing of what is said.
  site.apply(sliceWith('still', 'dovecot', 1143, ['10.0.0.9']))
  await controller.until('the new endpoint', text => text.includes('10.0.0.9'))
  await pause(3_000)
  const since = proxy.asked.slice(before).filter(({ path }) => !path.includes('/leases'))
  assert.deepEqual(
    since.map(({ method, path }) => `${method} ${path}`),
    [],
  )
  assert.equal(site.get('mp', 'still', 'corp').metadata.resourceVersion, resourceVersion)
  assert.ok(proxy.asked.every(({ agent }) => /^postern\/\d+\.\d+\.\d+ \(controller\)$/.test(agent)))
  await controller.close()
})

test('every fault is in the condition and a warning; conditions of others stay', async () => {
  site.tenant('faulty')
  const controller = await run('faulty')
  const proxied = { namespace: 'faulty', port: 2145, className: 'faulty' }
  site.apply(mailProxyFor({ ...proxied, service: 'nowhere' }))
  const bad = await site.condition('faulty', 'ResolvedRefs', 'False', 'BackendNotFound')
  assert.match(bad.message, /faulty\/nowhere/)
  await eventually('a warning', () =>
    eventsOf('faulty').some(
      ({ type, reason }) => type === 'Warning' && reason === 'BackendNotFound',
    ),
  )
  const foreign = {
    apiVersion: 'postern.dev/v1alpha1',
    kind: 'MailProxy',
    metadata: { namespace: 'faulty', name: 'corp' },
    status: {
      conditions: [
        {
          type: 'example.com/Audited',
          status: 'True',
          reason: 'Yes',
          message: '',
          lastTransitionTime: '2026-01-01T00:00:00Z',
        },
      ],
    },
  }
  const args = [
    'apply',
    '--server-side',
    '--subresource=status',
    '--field-manager=auditor',
    '-f',
    '-',
  ]
  site.plane.kubectl(args, JSON.stringify(foreign))
  site.apply(mailProxyFor(proxied))
  const good = await site.condition('faulty', 'ResolvedRefs', 'True')
  assert.equal(good.observedGeneration, 2)
  await site.condition('faulty', 'example.com/Audited', 'True')
  await controller.close()
})

test('only objects of the class are touched, whatever else there is', async () => {
  site.tenant('ours')
  site.apply(classNamed('theirs', 'example.com/other'))
  const controller = await run('ours')
  site.apply(
    mailProxyFor({ namespace: 'ours', port: 2146, className: 'ours' }),
    mailProxyFor({ namespace: 'ours', name: 'other', port: 2147, className: 'theirs' }),
  )
  await site.condition('ours', 'Programmed', 'True')
  const [accepted] = site.get('mp', 'ours', 'other').status?.conditions ?? []
  assert.equal(accepted?.reason, 'Pending')
  assert.doesNotMatch(await controller.text(), /ours\/other/)
  await controller.close()
})

test('the oldest object owns a port, and the loser says by whom', async () => {
  site.tenant('twice')
  const controller = await run('twice')
  const proxied = { namespace: 'twice', port: 2148, className: 'twice' }
  site.apply(mailProxyFor(proxied))
  await site.condition('twice', 'Programmed', 'True')
  // Ages are in whole seconds.
  await pause(1_100)
  site.apply(mailProxyFor({ ...proxied, name: 'aaa' }))
  const lost = await site.condition('twice', 'Accepted', 'False', 'Conflicted', 'aaa')
  assert.match(lost.message, /twice\/corp/)
  site.remove('mp', 'twice', 'corp')
  await site.condition('twice', 'Programmed', 'True', undefined, 'aaa')
  await controller.close()
})

test('a renewed Secret is served within a second; one that turns bad keeps the good pair', async () => {
  site.tenant('renewed')
  const authority = await makeAuthority()
  const pair = () => authority.issue(['mail.example.com'])
  site.apply(tlsSecret('renewed', 'mail', await pair()))
  const controller = await run('renewed')
  site.apply(
    mailProxyFor({ namespace: 'renewed', port: 2149, className: 'renewed', secret: 'mail' }),
  )
  const fileOf = (text: string) => /tls\/[0-9a-f]{64}\.pem/.exec(text)?.[0]
  const first = fileOf(await controller.until('a certificate', text => fileOf(text) !== undefined))
  const next = await pair()
  const began = performance.now()
  site.apply(tlsSecret('renewed', 'mail', next))
  const second = await controller.until('another one', text => fileOf(text) !== first)
  assert.ok(performance.now() - began < 1_000 + 500, 'kubectl takes most of the half second')
  site.apply(tlsSecret('renewed', 'mail', { ...next, key: (await pair()).key }))
  const bad = await site.condition('renewed', 'ResolvedRefs', 'False', 'InvalidCertificate')
  assert.match(bad.message, /renewed\/mail/)
  assert.equal(fileOf(await controller.text()), fileOf(second))
  await controller.close()
})

test('Secrets that are neither of TLS nor labelled are never read', async () => {
  site.tenant('private')
  const secret = (name: string, labels: object) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'private', name, labels },
    stringData: { token: `token of ${name}` },
  })
  site.apply(secret('kept', {}), secret('shown', { 'postern.dev/read': 'true' }))
  const controller = await run('private')
  const object = (from: string) => ({
    ...mailProxyFor({ namespace: 'private', port: 2150, className: 'private' }),
    spec: {
      mailProxyClassName: 'private',
      serverName: 'mail.example.com',
      auth: {
        type: 'HTTP',
        http: {
          url: 'http://10.0.0.1:8080/auth',
          headers: [{ name: 'X-Key', valueFrom: { secretKeyRef: { name: from, key: 'token' } } }],
        },
      },
      listeners: [
        {
          name: 'imap',
          protocol: 'IMAP',
          port: 2150,
          tls: 'None',
          backendRefs: [{ name: 'dovecot', port: 143 }],
        },
      ],
    },
  })
  site.apply(object('kept'))
  const { message } = await site.condition('private', 'ResolvedRefs', 'False', 'InvalidHeader')
  assert.match(message, /kept does not exist .*with the label postern\.dev\/read: "true"/)
  site.apply(object('shown'))
  await site.condition('private', 'ResolvedRefs', 'True')
  await controller.close()
})
