import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { startAuthServer } from '../support/auth-server.ts'
import { type Authority, type KeyPair, makeAuthority } from '../support/certificates.ts'
import { MailClient } from '../support/mail-client.ts'
import { relayFor } from '../support/on-relay.ts'
import { overhear } from '../support/overheard.ts'

const folder = mkdtempSync(join(tmpdir(), 'postern-trusted-'))
after(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

let ca: Authority
let known: KeyPair
let stranger: KeyPair
let server = ''
let trust = ''

before(async () => {
  ca = await makeAuthority('Clients')
  known = await ca.issue(['alice.example'])
  stranger = await (await makeAuthority('Strangers')).issue(['mallory.example'])
  const own = await ca.issue(['mail.example.com'])
  server = file('server.pem', `${own.certificate}\n${own.key}`)
  trust = file('ca.pem', ca.certificate)
})

function listening(more: string): string {
  return `ssl_certificate ${server}; ssl_certificate_key ${server}; ${more}
    server { listen {front} ssl; protocol imap; }`
}

const withPair = ({ certificate, key }: KeyPair) => ({ cert: certificate, key })

const ok = '* OK IMAP4 ready'
const bad = '* BYE SSL certificate error'

describe('who verifies clients', () => {
  it('believes ssl_trusted_certificate, too, and does not name it to clients', async t => {
    const other = await makeAuthority('Unnamed')
    const alsoKnown = withPair(await other.issue(['bob.example']))
    const unnamed = file('unnamed.pem', other.certificate)
    const here = await relayFor(
      t,
      `proxy_pass 127.0.0.1:1; ${listening(
        `ssl_verify_client on; ssl_client_certificate ${trust}; ssl_trusted_certificate ${unnamed};`,
      )}`,
    )
    const way = await overhear(here.port('front'))
    t.after(() => way.close())
    for (const [options, line] of [
      [withPair(known), ok],
      [alsoKnown, ok],
      [withPair(stranger), bad],
    ] as const) {
      const client = await MailClient.openTls(way.port, { ...options, maxVersion: 'TLSv1.2' })
      assert.equal(await client.line(), line)
      client.close()
    }
    assert.ok(way.said().includes('Clients'))
    assert.ok(!way.said().includes('Unnamed'))
  })

  it('is not made to believe who Node believes', async t => {
    const usual = getCACertificates('default')
    setDefaultCACertificates([ca.certificate])
    t.after(() => setDefaultCACertificates(usual))
    const auth = await startAuthServer(() => ({ 'Auth-Status': 'no', 'Auth-Wait': '1' }))
    t.after(() => auth.stop())
    const here = await relayFor(
      t,
      listening(`auth_http ${auth.url}; ssl_verify_client optional_no_ca;`),
    )
    const client = await MailClient.openTls(here.port('front'), withPair(known))
    await client.line()
    await client.ask('a LOGIN alice secret')
    client.close()
    assert.match(String(auth.asked[0]?.['auth-ssl-verify']), /^FAILED:/)
  })

  for (const name of ['ssl_client_certificate', 'ssl_trusted_certificate']) {
    it(`needs a certificate in ${name}`, async t => {
      const empty = file('empty.pem', 'no PEM')
      await assert.rejects(
        relayFor(
          t,
          `proxy_pass 127.0.0.1:1; ${listening(`ssl_verify_client on; ${name} ${empty};`)}`,
        ),
        /empty\.pem: holds no certificate/,
      )
    })
  }
})
