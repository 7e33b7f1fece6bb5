/** Clients with certificates, good and bad: both let in the same, and tell the auth server the same of them. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, suite, test } from 'node:test'
import { type ConnectionOptions, connect } from 'node:tls'
import { type KeyPair, makeAuthority, makeRsaPair } from '../support/certificates.ts'
import { nginxMain } from '../support/nginx.ts'
import { type Dialogue, freshAddress, type Outcome, perform } from '../support/nginx-dialogue.ts'
import { type Pair, type Side, startPair } from '../support/nginx-pair.ts'
import { overhear } from '../support/overheard.ts'
import { revocationList } from '../support/revocation.ts'
import { consent } from './answers.ts'
import { keptOn } from './exceptions.ts'

/** By the port's name; each listens with TLS from the first octet, in IMAP. */
const doors: Readonly<Record<string, string>> = {
  on: 'ssl_verify_client on;',
  optional: 'ssl_verify_client optional;',
  'optional-no-ca': 'ssl_verify_client optional_no_ca; auth_http_pass_client_cert on;',
  'depth-0': 'ssl_verify_client on; ssl_verify_depth 0;',
  'depth-2': 'ssl_verify_client on; ssl_verify_depth 2;',
  revoking: 'ssl_verify_client on; ssl_crl clients.crl;',
  'revoking-optional': 'ssl_verify_client optional_no_ca; ssl_crl clients.crl;',
  trusting: 'ssl_verify_client on; ssl_trusted_certificate strangers.crt;',
  off: '',
}

const text = `${nginxMain}
mail {
  server_name mail.example.com;
  auth_http 127.0.0.1:{auth}/auth;
  ssl_certificate mail.crt;
  ssl_certificate_key mail.key;
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_client_certificate clients.crt;
${Object.entries(doors)
  .map(
    ([name, lines]) =>
      `  server { listen 127.0.0.1:{${name}} ssl; protocol imap; imap_auth plain external; ${lines} }\n`,
  )
  .join('')}  server {
    listen 127.0.0.1:{nobody} ssl; protocol imap; ssl_verify_client optional_no_ca;
    ssl_client_certificate nobody.crt;
  }
}
`

const visitors = [
  'a client without a certificate',
  'a known client',
  'a client behind one authority',
  'a client behind one authority that it does not show',
  'a client behind two authorities',
  'a revoked client',
  'a stranger',
  'a stranger with its authority',
  'a client that signed itself',
] as const
type Visitor = (typeof visitors)[number]

let pair: Pair
const keysOf = new Map<Visitor, KeyPair>()
before(async () => {
  const clients = await makeAuthority('Clients')
  const deep = await clients.authority('Deep')
  const deeper = await deep.authority('Deeper')
  const strangers = await makeAuthority('Strangers')
  const chained = ({ certificate, key }: KeyPair, ...chain: readonly KeyPair[]): KeyPair => ({
    certificate: [certificate, ...chain.map(one => one.certificate)].join('\n'),
    key,
  })
  const revoked = await clients.issue(['bob'])
  const [stranger, behind] = [await strangers.issue(['mallory']), await deep.issue(['carol'])]
  keysOf.set('a known client', await clients.issue(['alice']))
  keysOf.set('a client behind one authority', chained(behind, deep))
  keysOf.set('a client behind one authority that it does not show', behind)
  keysOf.set('a client behind two authorities', chained(await deeper.issue(['dave']), deeper, deep))
  keysOf.set('a revoked client', revoked)
  keysOf.set('a stranger', stranger)
  keysOf.set('a stranger with its authority', chained(stranger, strangers))
  keysOf.set('a client that signed itself', await makeRsaPair('eve'))
  pair = await startPair(text, {
    'clients.crt': clients.certificate,
    'clients.crl': revocationList(clients, [revoked]),
    'strangers.crt': strangers.certificate,
    'nobody.crt': (await makeAuthority('Nobody')).certificate,
  })
})
after(() => pair?.stop())

async function same(door: string, visitor: Visitor): Promise<Outcome> {
  const keys = keysOf.get(visitor)
  const from = freshAddress()
  const dialogue: Dialogue = {
    ...{ title: '', protocol: 'imap', door, implicitTls: true, manners: {} },
    ...(keys && { keys }),
    answers: [consent],
    lines: ['a LOGIN alice secret', 'a1 NOOP', 'z LOGOUT'],
  }
  const on = (side: Side) => perform(side, dialogue, 'line by line', from)
  const [nginx, postern] = await Promise.all([on(pair.nginx), on(pair.postern)])
  assert.deepEqual(postern, keptOn(nginx))
  return postern
}

suite('certificates of clients', { concurrency: 8 }, () => {
  for (const door of [...Object.keys(doors), 'nobody']) {
    for (const visitor of visitors) {
      test(`${door}: ${visitor} is the same to both`, async () => {
        await same(door, visitor)
      })
    }
  }

  test('a revoked client is sent away, one that is not is let in', async () => {
    const [bad, good] = [
      await same('revoking', 'a revoked client'),
      await same('revoking', 'a known client'),
    ]
    assert.match(bad.client.join(''), /^\* BYE SSL certificate error\r\nEND$/)
    assert.match(good.client.join(''), /a OK logged in/)
  })

  test('both name the same authorities to clients: those of ssl_client_certificate alone', async t => {
    for (const side of [pair.nginx, pair.postern]) {
      const way = await overhear(side.port('trusting'))
      t.after(() => way.close())
      const client = connect({ port: way.port, rejectUnauthorized: false, maxVersion: 'TLSv1.2' })
      await once(client, 'secureConnect')
      client.destroy()
      assert.ok(way.said().includes('Clients'), side.name)
      assert.ok(!way.said().includes('Strangers'), side.name)
    }
  })
})

suite('keys that stand in the text', () => {
  test('serve clients of both', async t => {
    const { certificate, key } = await (await makeAuthority()).issue(['mail.example.com'])
    const both = await startPair(`${nginxMain}
mail {
  auth_http 127.0.0.1:{auth}/auth;
  ssl_certificate "data:${certificate}";
  ssl_certificate_key "data:${key}";
  server { listen 127.0.0.1:{imaps} ssl; protocol imap; }
}
`)
    t.after(() => both.stop())
    for (const side of [both.nginx, both.postern]) {
      const client = connect({ port: side.port('imaps'), rejectUnauthorized: false })
      await once(client, 'secureConnect')
      const shown = client.getPeerX509Certificate()?.toString()
      assert.equal(shown?.trim(), certificate.replaceAll('\r', '').trim(), side.name)
      client.destroy()
    }
  })
})

suite('ALPN', { concurrency: 8 }, () => {
  const rows: readonly (readonly [names: readonly string[], chosen: string])[] = [
    [['imap'], 'imap'],
    [['http/1.1', 'imap'], 'imap'],
    [['http/1.1'], 'refused'],
    [['IMAP'], 'refused'],
    [['pop3', 'smtp'], 'refused'],
    [[], 'none'],
  ]
  for (const [names, chosen] of rows) {
    test(`of ${names.join(' and ') || 'nothing'}: ${chosen} to both`, async () => {
      for (const side of [pair.nginx, pair.postern]) {
        assert.equal(await agreed(side.port('off'), { ALPNProtocols: [...names] }), chosen)
      }
    })
  }
})

async function agreed(port: number, options: ConnectionOptions): Promise<string> {
  const client = connect({ port, rejectUnauthorized: false, ...options })
  try {
    await once(client, 'secureConnect')
    return client.alpnProtocol || 'none'
  } catch {
    return 'refused'
  } finally {
    client.destroy()
  }
}
