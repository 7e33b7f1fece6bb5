import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyOf, type SourceObject } from '../../src/source/source.ts'
import { Store } from '../../src/source/store.ts'

const object = (
  kind: string,
  name: string,
  more: object = {},
  meta: object = {},
): SourceObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { namespace: 'mail', name, ...meta },
  ...more,
})

const proxy = object('MailProxy', 'corp', {
  spec: {
    tls: [{ secretName: 'corp-tls' }],
    backendRefs: [{ name: 'dovecot', tls: { caRef: { kind: 'ConfigMap', name: 'bundle' } } }],
    listeners: [
      {
        backendRefs: [{ name: 'postfix', tls: { caRef: { kind: 'Secret', name: 'ca' } } }],
        auth: { http: { headers: [{ valueFrom: { secretKeyRef: { name: 'token' } } }] } },
      },
    ],
  },
})
const slice = (name: string, service: string): SourceObject =>
  object('EndpointSlice', name, {}, { labels: { 'kubernetes.io/service-name': service } })

const withProxy = (): Store => {
  const store = new Store()
  assert.equal(store.insert(proxy), true)
  return store
}

test('what a MailProxy refers to matters, wherever it is named', () => {
  const referred = [
    object('Secret', 'corp-tls'),
    object('Secret', 'ca'),
    object('Secret', 'token'),
    object('ConfigMap', 'bundle'),
    object('Service', 'dovecot'),
    object('Service', 'postfix'),
    slice('dovecot-x7', 'dovecot'),
  ]
  for (const each of referred) {
    const store = withProxy()
    assert.equal(store.insert(each), true, keyOf(each))
    assert.equal(store.insert({ ...each, changed: true }), true, keyOf(each))
    assert.equal(store.remove(keyOf(each)), true, keyOf(each))
  }
})

test('what nothing refers to does not matter', () => {
  const strangers = [
    object('Secret', 'other'),
    object('Secret', 'bundle'),
    object('Secret', 'corp-tls', {}, { namespace: 'elsewhere' }),
    object('ConfigMap', 'ca'),
    object('Service', 'nginx'),
    slice('nginx-x7', 'nginx'),
    object('EndpointSlice', 'no-label'),
  ]
  for (const each of strangers) {
    const store = withProxy()
    assert.equal(store.insert(each), false, keyOf(each))
    assert.equal(store.insert({ ...each, changed: true }), false, keyOf(each))
    assert.equal(store.remove(keyOf(each)), false, keyOf(each))
  }
})

test('an equal object does not matter, nor one whose status or bookkeeping changed', () => {
  const store = withProxy()
  assert.equal(store.insert(structuredClone(proxy)), false)
  assert.equal(store.insert({ ...proxy, status: { conditions: [] } }), false)
  const written = {
    ...proxy,
    metadata: { ...proxy.metadata, resourceVersion: '7', managedFields: [] },
  }
  assert.equal(store.insert(written), false)
  // What was made of the one that is held need not be made again.
  assert.equal(store.objects()[0], proxy)
  const edited = { ...proxy, metadata: { ...proxy.metadata, annotations: { a: 'b' } } }
  assert.equal(store.insert(edited), true)
})

test('MailProxies and classes always matter', () => {
  const store = new Store()
  const cls = { ...object('MailProxyClass', 'internal'), metadata: { name: 'internal' } }
  assert.equal(store.insert(cls), true)
  assert.equal(store.remove('MailProxyClass//internal'), true)
  assert.equal(store.remove('MailProxyClass//internal'), false)
})

test('a reference that came first counts for the object that comes later, and ends with its holder', () => {
  const store = withProxy()
  const secret = object('Secret', 'corp-tls')
  assert.equal(store.insert(secret), true)
  assert.equal(
    store.insert(object('MailProxy', 'second', { spec: { tls: [{ secretName: 'corp-tls' }] } })),
    true,
  )
  assert.equal(store.remove(keyOf(proxy)), true)
  assert.equal(store.insert({ ...secret, data: {} }), true, 'the second one still refers to it')
  assert.equal(store.remove('MailProxy/mail/second'), true)
  assert.equal(store.insert({ ...secret, data: { a: '' } }), false)
})

test('a slice that moves to another Service matters to the one that it left', () => {
  const store = withProxy()
  store.insert(slice('x', 'dovecot'))
  assert.equal(store.insert(slice('x', 'nginx')), true)
  assert.equal(store.insert(slice('x', 'other')), false)
  assert.equal(store.insert(slice('x', 'postfix')), true)
})

test('objects come in one order, whatever the order in which they came', () => {
  const all = ['b', 'a', 'c'].map(name => object('Service', name))
  const one = new Store()
  const other = new Store()
  for (const each of all) one.insert(each)
  for (const each of all.toReversed()) other.insert(each)
  assert.deepEqual(one.objects(), other.objects())
})

test('a MailProxy of any shape is searched without harm', () => {
  let deep: unknown = { secretName: 'bottom' }
  for (let n = 0; n < 100_000; n++) deep = { deep }
  for (const spec of [null, 7, [], { tls: 'x', backendRefs: { name: 'y' } }, { caRef: null }, deep])
    assert.equal(new Store().insert(object('MailProxy', 'odd', { spec })), true)
})
