/** Text from objects never becomes syntax, whether the schema saw it or not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { MailProxy } from '../../src/api/mail-proxy.ts'
import { read } from '../../src/api/read.ts'
import { parse } from '../../src/directives/parse.ts'
import { print } from '../../src/directives/print.ts'
import type { Directive } from '../../src/directives/syntax.ts'
import { build } from '../../src/model/build.ts'
import { gather } from '../../src/model/gather.ts'
import { hostile } from '../directives/hostile.ts'
import { makeAuthority } from '../support/certificates.ts'
import { options } from '../support/feature.ts'
import { loadBuilt } from '../support/load-built.ts'
import { dovecot, mailProxyWith, secretOf } from '../support/objects.ts'

const pair = await (await makeAuthority()).issue(['mail.example.com'])
const around = [...dovecot, secretOf('pair', { 'tls.crt': pair.certificate, 'tls.key': pair.key })]

/** Mostly as it should be, so that one bad field alone reaches the text. */
const mostly = (usual: string) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: hostile })

/** A spec whose texts are hostile here and there. */
const specs = fc.record({
  serverName: mostly('mail.example.com'),
  proxyTimeout: mostly('1h'),
  imapCapabilities: fc.array(mostly('IDLE'), { minLength: 1, maxLength: 2 }),
  balance: mostly('LeastConn'),
  host: mostly('mail.example.com'),
  url: mostly('auth').map(text => `http://a/${text}`),
  timeout: mostly('5s'),
  header: fc.record({ name: mostly('X-A'), value: mostly('a') }),
})
type Hostile = typeof specs extends fc.Arbitrary<infer T> ? T : never

function specOf({ host, url, timeout, header, ...fields }: Hostile) {
  return {
    ...fields,
    tls: [{ secretName: 'pair', hosts: [host] }],
    backendRefs: [{ name: 'dovecot', port: 143 }],
    auth: { type: 'HTTP' as const, http: { url, timeout, headers: [header] } },
    listeners: [{ name: 'imap', protocol: 'IMAP' as const, port: 143, tls: 'StartTLS' as const }],
  }
}

const good = mailProxyWith(
  {
    backendRefs: [{ name: 'dovecot', port: 143 }],
    listeners: [{ name: 'imap', protocol: 'IMAP', port: 1143, tls: 'None' }],
  },
  { name: 'good' },
)

const shape = (directives: readonly Directive[]): unknown =>
  directives.map(({ name, args, block }) => [
    name.text,
    ...args.map(word => word.text),
    block && shape(block),
  ])

/** The other object is served, the text is what was printed, and a relay takes it. */
function survives(proxies: readonly MailProxy[]): void {
  const built = build(gather([...around, ...proxies, good]), options)
  const { directives, faults } = parse(built.text, 'relay.conf')
  assert.deepEqual(faults, [])
  assert.equal(print(directives), built.text)
  assert.deepEqual(
    directives.map(({ name }) => name.text),
    ['mail'],
  )
  const published = built.verdicts.flatMap(({ listeners }) =>
    listeners.filter(one => one.published),
  )
  const servers = directives[0]?.block?.filter(({ name }) => name.text === 'server') ?? []
  assert.equal(servers.length, published.length)
  assert.ok(published.some(({ id }) => id === 'mail/good/imap'))
  assert.equal(loadBuilt(built).kind, 'config', JSON.stringify(loadBuilt(built)))
}

test('what the schema lets pass is in the text as it was written', () => {
  fc.assert(
    fc.property(specs, mostly('corp'), (spec, name) => {
      const raw = {
        apiVersion: 'postern.dev/v1alpha1',
        kind: 'MailProxy',
        metadata: { name: name || 'x', namespace: 'mail' },
        spec: specOf(spec),
      }
      const found = read(raw)
      if (found.kind === 'object' && found.object.kind === 'MailProxy') survives([found.object])
    }),
    { numRuns: 300 },
  )
})

test('what no schema saw costs its own listener at most', () => {
  fc.assert(
    fc.property(specs, mostly('corp'), (spec, name) => {
      const proxy: MailProxy = {
        kind: 'MailProxy',
        metadata: { name, namespace: 'mail', creationTimestamp: '' },
        spec: { identity: { mode: 'Auto' }, ...specOf(spec) },
      }
      survives([proxy])
    }),
    { numRuns: 300 },
  )
})

test('a header value, a URL and a capability arrive as they were written', () => {
  const printable = fc.string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map(code => String.fromCharCode(code)),
    maxLength: 20,
  })
  const visible = printable.map(text => text.replaceAll(' ', ''))
  fc.assert(
    fc.property(
      printable,
      visible,
      visible.filter(text => text !== ''),
      (value, path, capability) => {
        const proxy = mailProxyWith({
          serverName: 'mail.example.com',
          imapCapabilities: [capability],
          backendRefs: [{ name: 'dovecot', port: 143 }],
          auth: {
            type: 'HTTP',
            http: { url: `http://a/${path}`, headers: [{ name: 'X-A', value }] },
          },
          listeners: [{ name: 'imap', protocol: 'IMAP', port: 143, tls: 'None' }],
        })
        const built = build(gather([...around, proxy]), options)
        const loaded = loadBuilt(built)
        assert.equal(loaded.kind, 'config')
        const settings = loaded.kind === 'config' ? loaded.config.servers[0]?.settings : undefined
        assert.deepEqual(settings?.auth_http_header, [{ name: 'X-A', value }])
        assert.equal(settings?.auth_http?.uri, `/${path}`)
        assert.deepEqual(settings?.imap_capabilities, [capability])
      },
    ),
    { numRuns: 200 },
  )
})

test('the shape of a text does not depend on what stands in its words', () => {
  const at = (value: string) => {
    const proxy = mailProxyWith({
      backendRefs: [{ name: 'dovecot', port: 143 }],
      auth: { type: 'HTTP', http: { url: 'http://a/', headers: [{ name: 'X-A', value }] } },
      listeners: [{ name: 'imap', protocol: 'IMAP', port: 143, tls: 'None' }],
    })
    return shape(parse(build(gather([...around, proxy]), options).text, '').directives)
  }
  const [plain, quoted] = ['a', '"; } include /etc/passwd; #'].map(value =>
    JSON.stringify(at(value)),
  )
  assert.equal(quoted?.replace(JSON.stringify('"; } include /etc/passwd; #'), '"a"'), plain)
})
