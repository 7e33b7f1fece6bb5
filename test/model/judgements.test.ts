import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { AnyObject } from '../../src/api/objects.ts'
import { type Built, build } from '../../src/model/build.ts'
import { gather } from '../../src/model/gather.ts'
import { makeAuthority } from '../support/certificates.ts'
import { options } from '../support/feature.ts'
import { mailProxyWith, objectOf, secretOf, serviceOf, sliceOf } from '../support/objects.ts'

const authority = await makeAuthority()
const one = await authority.issue(['one.example.com'])
const two = await authority.issue(['two.example.com'])
const now = Date.now()
const expired = now + 3 * 86_400_000

const pair = (crt: string, key: string) =>
  secretOf('pair', { 'tls.crt': crt, 'tls.key': key }, 'kubernetes.io/tls')

function proxy(name: string, port: number, more: object = {}, service = name): AnyObject {
  const tls = { mode: 'Implicit', caRef: { kind: 'ConfigMap', name: 'ca' } }
  const spec = {
    tls: [{ secretName: 'pair' }],
    backendRefs: [{ name: service, port: 143, ...(name === 'a' ? { tls } : {}) }],
    listeners: [{ name: 'imap', protocol: 'IMAP', port, tls: name === 'b' ? 'None' : 'Implicit' }],
  }
  return mailProxyWith({ ...spec, ...more }, { name })
}

const configMap = (data: object): AnyObject =>
  objectOf({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'mail', name: 'ca' },
    data,
  })

const token = { name: 'X-Token', valueFrom: { secretKeyRef: { name: 'token', key: 'value' } } }
const asking = {
  auth: { type: 'HTTP', http: { url: 'http://auth.example.com/', headers: [token] } },
}

/** What may stand in each place at a time; nothing, too. */
const places: readonly (readonly (AnyObject | undefined)[])[] = [
  [undefined, proxy('a', 993), proxy('a', 994), proxy('a', 993, { timeout: '9999y' })],
  [undefined, proxy('b', 995), proxy('b', 993), proxy('b', 995, {}, 'a')],
  [undefined, proxy('c', 994), proxy('c', 996, asking)],
  [undefined, serviceOf('a', [{ port: 143 }]), serviceOf('a', [{ port: 144 }])],
  [undefined, serviceOf('b', [{ port: 143 }])],
  [serviceOf('c', [{ port: 143 }])],
  [
    undefined,
    sliceOf('a', [{ addresses: ['10.0.0.1'] }], [{ port: 143 }]),
    sliceOf('a', [{ addresses: ['10.0.0.2'] }], [{ port: 143 }]),
  ],
  [undefined, sliceOf('b', [{ addresses: ['10.0.1.1'] }, { addresses: ['127.0.0.1'] }], null)],
  [
    undefined,
    pair(one.certificate, one.key),
    pair(two.certificate, two.key),
    pair(one.certificate, two.key),
  ],
  [undefined, secretOf('token', { value: 'secret' }), secretOf('token', { value: 'other' })],
  [undefined, configMap({ 'ca.crt': authority.certificate }), configMap({})],
]

const addresses = [['0.0.0.0'], ['0.0.0.0', '::']] as const

const change = fc.record({
  at: fc.nat(places.length - 1),
  to: fc.nat(3),
  now: fc.constantFrom(now, now, now, expired),
  addresses: fc.constantFrom(addresses[0], addresses[0], addresses[0], addresses[1]),
})

test('a build that remembers gives what one without memory gives, whatever changes', () => {
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 30 }), changes => {
      const standing = places.map(variants => variants.at(-1))
      let last: Built | undefined
      for (const { at, to, ...circumstances } of changes) {
        const variants = places[at] ?? []
        standing[at] = variants[to % variants.length]
        const objects = gather(standing.flatMap(object => object ?? []))
        const given = { ...options, ...circumstances, ...(last ? { pairs: last.pairs } : {}) }
        const { judged: _, ...fresh } = build(objects, given)
        const built = build(objects, { ...given, ...(last ? { judged: last.judged } : {}) })
        const { judged, ...found } = built
        assert.deepEqual(found, fresh)
        last = built
      }
    }),
    { numRuns: 100 },
  )
})

const all = places.flatMap(([first, second]) => second ?? first ?? [])
const servers = (built: Built) => new Map(built.servers.map(server => [server.id, server]))

test('a change of one object costs the judgement of those that look at it, and of no other', () => {
  const before = build(gather(all), { ...options, now })
  const changed = all.map(object =>
    object === places[7]?.[1] ? sliceOf('b', [{ addresses: ['10.0.1.2'] }], null) : object,
  )
  const { pairs, judged } = before
  const after = build(gather(changed), { ...options, now, pairs, judged })
  assert.notEqual(before.text, after.text)
  const [was, is] = [servers(before), servers(after)]
  const same = [...is].filter(([id, server]) => was.get(id) === server).map(([id]) => id)
  assert.deepEqual(same, ['mail/a/imap', 'mail/c/imap'])
})

test('what is gone is not remembered', () => {
  const { judged } = build(gather(all), { ...options, now })
  const after = build(gather([]), { ...options, now, judged })
  assert.equal(after.judged.judgements.size, 0)
})
