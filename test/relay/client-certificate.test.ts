import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { type ConnectionOptions, TLSSocket } from 'node:tls'
import fc from 'fast-check'
import { rfc2253 } from '../../src/relay/client-certificate.ts'
import { startAuthServer } from '../support/auth-server.ts'
import { type Authority, type KeyPair, makeAuthority } from '../support/certificates.ts'
import { MailClient } from '../support/mail-client.ts'
import { relayFor } from '../support/on-relay.ts'
import { revocationList } from '../support/revocation.ts'

const folder = mkdtempSync(join(tmpdir(), 'postern-client-'))
after(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

let ca: Authority
let deep: Authority
let deeper: Authority
let known: KeyPair
let stranger: KeyPair
let server = ''
let trust = ''

before(async () => {
  ca = await makeAuthority('Clients')
  deep = await ca.authority('Deep')
  deeper = await deep.authority('Deeper')
  known = await ca.issue(['alice.example'])
  stranger = await (await makeAuthority('Strangers')).issue(['mallory.example'])
  const own = await ca.issue(['mail.example.com'])
  server = file('server.pem', `${own.certificate}\n${own.key}`)
  trust = file('ca.pem', ca.certificate)
})

const names = { imap: 'imap', pop3: 'pop3', smtp: 'smtp' } as const
type Name = keyof typeof names

function listening(more: string, protocol: Name = 'imap', listen = '{front} ssl'): string {
  return `ssl_certificate ${server}; ssl_certificate_key ${server}; ${more}
    server { listen ${listen}; protocol ${protocol}; }`
}

const withPair = ({ certificate, key }: KeyPair, ...chain: readonly Authority[]) => ({
  cert: [certificate, ...chain.map(one => one.certificate)].join('\n'),
  key,
})

function tlsOf({ socket }: MailClient): TLSSocket {
  assert.ok(socket instanceof TLSSocket)
  return socket
}

/** What the client is told first, and what the log says. */
async function first(t: TestContext, text: string, options: ConnectionOptions = {}) {
  const here = await relayFor(t, `proxy_pass 127.0.0.1:1; ${text}`)
  const client = await MailClient.openTls(here.port('front'), options)
  const line = await client.line()
  const more = / (?:BYE|-ERR|421) |^-ERR|^421/.test(line) ? await client.line() : ''
  client.close()
  const { failure, reason } = await here.ended()
  return { line, more, failure, reason }
}

const ok = '* OK IMAP4 ready'
const bad = '* BYE SSL certificate error'
const none = '* BYE No required SSL certificate'

describe('ssl_verify_client', () => {
  const rows: readonly (readonly [
    why: string,
    mode: string,
    options: () => ConnectionOptions,
    line: string,
  ])[] = [
    ['on takes a certificate that a known authority signed', 'on', () => withPair(known), ok],
    ['on sends away a client without one', 'on', () => ({}), none],
    ['on sends away a client with a stranger', 'on', () => withPair(stranger), bad],
    ['optional takes a client without one', 'optional', () => ({}), ok],
    ['optional takes a good one', 'optional', () => withPair(known), ok],
    ['optional sends away a client with a stranger', 'optional', () => withPair(stranger), bad],
    ['optional_no_ca takes a stranger', 'optional_no_ca', () => withPair(stranger), ok],
    ['off asks for none', 'off', () => withPair(stranger), ok],
  ]
  for (const [why, mode, options, line] of rows) {
    it(`${why}`, async t => {
      const found = await first(
        t,
        listening(`ssl_verify_client ${mode}; ssl_client_certificate ${trust};`),
        options(),
      )
      assert.equal(found.line, line)
      if (line === ok) return
      assert.equal(found.more, 'END')
      assert.equal(found.failure, 'tls')
      assert.match(String(found.reason), line === bad ? /^certificate: FAILED:/ : /no certificate/)
    })
  }

  for (const [protocol, invalid, missing] of [
    ['pop3', '-ERR SSL certificate error', '-ERR No required SSL certificate'],
    ['smtp', '421 4.7.1 SSL certificate error', '421 4.7.1 No required SSL certificate'],
  ] as const) {
    it(`speaks ${protocol} to those that it sends away`, async t => {
      const text = listening(`ssl_verify_client on; ssl_trusted_certificate ${trust};`, protocol)
      assert.equal((await first(t, text, withPair(stranger))).line, invalid)
      assert.equal((await first(t, text)).line, missing)
    })
  }

  it('is asked after STARTTLS, too', async t => {
    const here = await relayFor(
      t,
      `proxy_pass 127.0.0.1:1; ${listening(
        `starttls on; ssl_verify_client on; ssl_client_certificate ${trust};`,
        'imap',
        '{front}',
      )}`,
    )
    const client = await MailClient.open(here.port('front'))
    await client.line()
    await client.ask('a STARTTLS')
    await client.startTls()
    assert.equal(await client.line(), none)
    assert.equal(await client.line(), 'END')
  })

  it('takes no revoked certificate', async t => {
    const revoked = file('revoked.pem', revocationList(ca, [known]))
    const fine = file('fine.pem', revocationList(ca, []))
    const text = (crl: string) =>
      listening(`ssl_verify_client on; ssl_client_certificate ${trust}; ssl_crl ${crl};`)
    assert.equal((await first(t, text(fine), withPair(known))).line, ok)
    const found = await first(t, text(revoked), withPair(known))
    assert.equal(found.line, bad)
    assert.match(String(found.reason), /certificate revoked/)
  })

  it('takes as many authorities in between as ssl_verify_depth says', async t => {
    const text = (depth: string) =>
      listening(`ssl_verify_client on; ssl_client_certificate ${trust}; ${depth}`)
    const one = withPair(await deep.issue(['one.example']), deep)
    const two = withPair(await deeper.issue(['two.example']), deeper, deep)
    assert.equal((await first(t, text(''), one)).line, ok)
    assert.equal((await first(t, text('ssl_verify_depth 0;'), one)).line, bad)
    const found = await first(t, text(''), two)
    assert.equal(found.line, bad)
    assert.match(String(found.reason), /unable to get local issuer certificate/)
    assert.equal((await first(t, text('ssl_verify_depth 2;'), two)).line, ok)
  })

  it('asks a client that resumes its session for no less', async t => {
    const other = file('other.pem', (await makeAuthority('Others')).certificate)
    const key = join(folder, 'ticket.key')
    writeFileSync(key, Buffer.alloc(48, 7))
    const block = (name: string, trusted: string) =>
      `server { listen {${name}} ssl; protocol imap; ssl_client_certificate ${trusted}; }`
    const here = await relayFor(
      t,
      `proxy_pass 127.0.0.1:1; ssl_certificate ${server}; ssl_certificate_key ${server};
       ssl_session_ticket_key ${key}; ssl_verify_client optional;
       ${block('one', trust)} ${block('two', other)}`,
    )
    const options = { ...withPair(known), maxVersion: 'TLSv1.2' } as const
    const client = await MailClient.openTls(here.port('one'), options)
    assert.equal(await client.line(), ok)
    const session = tlsOf(client).getSession() ?? assert.fail()
    client.close()
    const resumed = await MailClient.openTls(here.port('one'), { ...options, session })
    assert.equal(tlsOf(resumed).isSessionReused(), true)
    assert.equal(await resumed.line(), ok)
    resumed.close()
    const elsewhere = await MailClient.openTls(here.port('two'), { ...options, session }).then(
      found => found.line(),
      () => 'no handshake',
    )
    assert.ok(elsewhere === bad || elsewhere === 'no handshake', elsewhere)
  })
})

describe('an auth server', () => {
  async function asked(t: TestContext, more: string, options: ConnectionOptions) {
    const auth = await startAuthServer(() => ({ 'Auth-Status': 'no', 'Auth-Wait': '1' }))
    t.after(() => auth.stop())
    const here = await relayFor(t, listening(`auth_http ${auth.url}; ${more}`, 'pop3'))
    const client = await MailClient.openTls(here.port('front'), options)
    await client.line()
    await client.ask('USER alice')
    await client.ask('PASS secret')
    client.close()
    const [headers = {}] = auth.asked
    return Object.entries(headers).filter(([name]) => name.startsWith('auth-ssl'))
  }

  it("is told of a client's certificate all that nginx tells", async t => {
    const found = new X509Certificate(known.certificate)
    const headers = await asked(
      t,
      `ssl_verify_client on; ssl_client_certificate ${trust}; auth_http_pass_client_cert on;`,
      { ...withPair(known), maxVersion: 'TLSv1.2' },
    )
    const pem = found.toString().replace(/[\n %]/g, octet => `%${hex(octet)}`)
    assert.deepEqual(
      headers.filter(([name]) => name !== 'auth-ssl-cipher'),
      [
        ['auth-ssl', 'on'],
        ['auth-ssl-protocol', 'TLSv1.2'],
        ['auth-ssl-verify', 'SUCCESS'],
        ['auth-ssl-subject', 'CN=alice.example'],
        ['auth-ssl-issuer', 'CN=Clients'],
        ['auth-ssl-serial', found.serialNumber],
        ['auth-ssl-fingerprint', found.fingerprint.replaceAll(':', '').toLowerCase()],
        ['auth-ssl-cert', pem],
      ],
    )
  })

  const hex = (octet: string) => Buffer.from(octet).toString('hex').toUpperCase()

  it('is told that there is none, or what is wrong with it', async t => {
    const verify = `ssl_verify_client optional_no_ca;`
    const without = await asked(t, verify, {})
    assert.deepEqual(without.slice(3), [['auth-ssl-verify', 'NONE']])
    const strange = await asked(t, verify, withPair(stranger))
    assert.match(strange[3]?.[1] ?? '', /^FAILED:unable to [a-z ]+$/)
  })

  it('is told nothing of certificates where none are asked for', async t => {
    const headers = await asked(t, '', withPair(known))
    assert.deepEqual(
      headers.map(([name]) => name),
      ['auth-ssl', 'auth-ssl-protocol', 'auth-ssl-cipher'],
    )
  })
})

describe('a distinguished name', () => {
  const rows: readonly (readonly [lines: string, name: string])[] = [
    ['CN=alice', 'CN=alice'],
    ['C=DE\nO=Acme\\, Inc\nCN=alice', 'CN=alice,O=Acme\\, Inc,C=DE'],
    ['O=Acme\nCN=a + UID=b', 'UID=b+CN=a,O=Acme'],
    ['CN=Jürgen', 'CN=J\\C3\\BCrgen'],
  ]
  for (const [lines, name] of rows) {
    it(`is written as in RFC 2253: ${name}`, () => assert.equal(rfc2253(lines), name))
  }

  it('is printable ASCII on one line, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), name => {
        assert.match(rfc2253(name), /^[\x20-\x7e]*$/)
      }),
      { numRuns: 200 },
    )
  })
})
