import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { build } from '../../src/model/build.ts'
import { digest } from '../../src/model/file.ts'
import { gather } from '../../src/model/gather.ts'
import { listenerId } from '../../src/model/listener-id.ts'
import { statuses } from '../../src/model/status.ts'
import { makeAuthority } from '../support/certificates.ts'
import { options } from '../support/feature.ts'
import { loadBuilt } from '../support/load-built.ts'
import { dovecot, mailProxyWith, secretOf, serviceOf, sliceOf } from '../support/objects.ts'

const { certificate: ca } = await makeAuthority()
const backendRefs = [{ name: 'dovecot', port: 143 }]
const imap = { name: 'imap', protocol: 'IMAP', port: 143, tls: 'None' }
const proxy = (name: string, port: number, more: object = {}) =>
  mailProxyWith({ backendRefs, listeners: [{ ...imap, port }], ...more }, { name })

test('the same objects in any order give the same text and verdicts', () => {
  const all = [...dovecot, proxy('a', 143), proxy('b', 144), proxy('c', 143), proxy('d', 145)]
  const wanted = build(gather(all), options)
  fc.assert(
    fc.property(fc.shuffledSubarray(all, { minLength: all.length }), shuffled => {
      const found = build(gather(shuffled), options)
      assert.equal(found.text, wanted.text)
      assert.deepEqual(found.verdicts, wanted.verdicts)
    }),
    { numRuns: 50 },
  )
})

test('no objects at all give a text that a relay takes', () => {
  const built = build(gather([]), options)
  assert.equal(built.text, 'mail {\n}\n')
  assert.equal(loadBuilt(built).kind, 'config')
})

test('the generation is the digest of the text', () => {
  const { text, generation } = build(gather([...dovecot, proxy('a', 143)]), options)
  assert.equal(generation, digest(text))
})

test('a change of endpoints changes no file', () => {
  const before = build(gather([...dovecot, proxy('a', 143)]), options)
  const slice = sliceOf('dovecot', [{ addresses: ['10.0.0.9'] }], [{ port: 143 }])
  const after = build(
    gather([serviceOf('dovecot', [{ port: 143 }]), slice, proxy('a', 143)]),
    options,
  )
  assert.notEqual(before.text, after.text)
  assert.deepEqual(before.files, after.files)
})

test('a thousand listeners of which every tenth is bad cost only the bad ones', () => {
  const proxies = Array.from({ length: 1000 }, (_, at) =>
    proxy(`p${at}`, 2000 + at, at % 10 === 0 ? { timeout: '9999y' } : {}),
  )
  const built = build(gather([...dovecot, ...proxies]), options)
  const published = built.verdicts.flatMap(one =>
    one.listeners.filter(({ published }) => published),
  )
  assert.equal(published.length, 900)
  assert.equal(loadBuilt(built).kind, 'config')
})

test('what a relay cannot read any more costs the youngest objects', () => {
  const slices = Array.from({ length: 10 }, (_, net) =>
    sliceOf(
      'dovecot',
      Array.from({ length: 250 }, (_, host) => ({ addresses: [`10.0.${net}.${host}`] })),
      [{ port: 143 }],
    ),
  )
  const tls = {
    mode: 'Implicit',
    serverName: `${'x'.repeat(60)}.`.repeat(4).slice(0, 240),
    caRef: { kind: 'Secret', name: 'ca' },
  }
  const proxies = Array.from({ length: 15 }, (_, at) =>
    mailProxyWith(
      {
        backendRefs: [{ name: 'dovecot', port: 143, tls }],
        listeners: [{ ...imap, port: 2000 + at }],
      },
      { name: `p${at}`, creationTimestamp: `2026-01-01T00:00:${10 + at}Z` },
    ),
  )
  const around = [
    serviceOf('dovecot', [{ port: 143 }]),
    secretOf('ca', { 'ca.crt': ca }),
    ...slices,
  ]
  const built = build(gather([...around, ...proxies]), options)
  const isPublished = (name: string) =>
    built.verdicts.find(({ key }) => key === `mail/${name}`)?.listeners[0]?.published
  assert.ok(Buffer.byteLength(built.text) < 8 * 1024 * 1024)
  assert.equal(isPublished('p0'), true)
  assert.equal(isPublished('p14'), false)
  assert.equal(loadBuilt(built).kind, 'config')
  const status = statuses(built, undefined).get('mail/p14')
  assert.match(status?.conditions[0]?.message ?? '', /older objects leave no room/)
})

test('files that a text would include beyond what a relay reads cost the youngest objects', () => {
  const key = secretOf('key', { key: 'secret' })
  const headers = [{ name: 'X-Key', valueFrom: { secretKeyRef: { name: 'key', key: 'key' } } }]
  const proxies = Array.from({ length: 15 }, (_, at) =>
    mailProxyWith(
      {
        backendRefs,
        auth: { type: 'HTTP', http: { url: 'http://a/', headers } },
        listeners: Array.from({ length: 64 }, (_, n) => ({
          ...imap,
          name: `l${n}`,
          port: 2000 + at * 64 + n,
        })),
      },
      { name: `p${at}` },
    ),
  )
  const built = build(gather([...dovecot, key, ...proxies]), options)
  const published = built.verdicts.flatMap(one =>
    one.listeners.filter(({ published }) => published),
  )
  assert.equal(published.length, 900)
  assert.equal(loadBuilt(built).kind, 'config')
})

test('a secret header value is in a file of its own and never in the text', () => {
  const headers = [{ name: 'X-Key', valueFrom: { secretKeyRef: { name: 'key', key: 'key' } } }]
  const object = proxy('a', 143, { auth: { type: 'HTTP', http: { url: 'http://a/', headers } } })
  const built = build(
    gather([...dovecot, secretOf('key', { key: 'hush "now"\n' }), object]),
    options,
  )
  assert.doesNotMatch(built.text, /hush/)
  const loaded = loadBuilt(built)
  const settings = loaded.kind === 'config' ? loaded.config.servers[0]?.settings : undefined
  assert.deepEqual(settings?.auth_http_header, [{ name: 'X-Key', value: 'hush "now"' }])
})

test('a secret header value that no header can have leaves the listener closed', () => {
  const headers = [{ name: 'X-Key', valueFrom: { secretKeyRef: { name: 'key', key: 'key' } } }]
  const object = proxy('a', 143, { auth: { type: 'HTTP', http: { url: 'http://a/', headers } } })
  const built = build(
    gather([...dovecot, secretOf('key', { key: 'a\r\nHost: b' }), object]),
    options,
  )
  assert.equal(built.verdicts[0]?.listeners[0]?.published, false)
  assert.doesNotMatch(JSON.stringify(built.verdicts), /Host: b/)
})

test('an id is the name of object and listener, and is cut only where it is too long', () => {
  assert.equal(listenerId('mail', 'corp', 'imaps'), 'mail/corp/imaps')
  const [a, b] = ['a', 'b'].map(last =>
    listenerId('n'.repeat(63), 'x'.repeat(252) + last, 'l'.repeat(63)),
  )
  assert.ok(a && b && a.length <= 200 && a !== b)
  assert.match(a, /^[A-Za-z0-9_.:/@[\]-]{1,200}$/)
})

test('a port that two listeners of one object meet at in the pod belongs to the first', () => {
  const object = mailProxyWith({
    backendRefs,
    listeners: [imap, { ...imap, name: 'high', port: 10_143 }],
  })
  const built = build(gather([...dovecot, object]), { ...options, portOffset: 10_000 })
  assert.deepEqual(
    built.verdicts[0]?.listeners.map(({ published }) => published),
    [true, false],
  )
  assert.match(built.text, /listen 0\.0\.0\.0:10143 public=143 name=mail\/corp\/imap;/)
})
