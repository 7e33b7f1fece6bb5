import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { type Authority, makeAuthority } from '../support/certificates.ts'
import { echoed } from '../support/echoed.ts'
import { MailClient } from '../support/mail-client.ts'
import { backendFor, relayFor } from '../support/on-relay.ts'

let folder = ''
let authority: Authority

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'postern-back-tls-'))
  authority = await makeAuthority()
  writeFileSync(join(folder, 'ca.pem'), authority.certificate)
})
after(() => rmSync(folder, { recursive: true }))

const accepting = `
  B: +OK ready
  P: USER alice
  B: +OK
  P: PASS secret
  B: +OK logged in`

describe('TLS with backends', () => {
  const offered = `
    B: +OK ready
    P: CAPA
    B: +OK
    B: STLS
    B: .`
  const upgraded = `
    P: STLS
    B: +OK
    TLS
    P: USER alice
    B: +OK
    P: PASS secret
    B: +OK logged in`

  async function legs(t: TestContext, script: string, settings: string) {
    const keys = await authority.issue(['pop.internal'])
    const there = await backendFor(t, script, keys)
    const here = await relayFor(
      t,
      `proxy_identity off; ${settings} proxy_pass 127.0.0.1:${there.port};
       server { listen {pop3}; protocol pop3; }`,
    )
    const client = await MailClient.open(here.port('pop3'))
    await client.line()
    await client.ask('USER alice')
    const reply = await client.ask('PASS secret')
    const echo = reply.startsWith('+OK') ? await client.ask('echo') : undefined
    client.close()
    return { reply, echo, record: await here.ended(), surprises: there.surprises }
  }

  const trusted = () => `proxy_ssl_trusted_certificate ${join(folder, 'ca.pem')};`

  it('auto takes it where it is offered, unverified', async t => {
    const { reply, echo, record, surprises } = await legs(t, offered + upgraded, 'proxy_ssl auto;')
    assert.deepEqual([reply, echo], ['+OK logged in', 'echo'])
    assert.equal(record['backendTls'], true)
    assert.deepEqual(surprises, [])
  })

  it('auto goes on in clear where it is not offered', async t => {
    const plain =
      'B: +OK\nP: CAPA\nB: +OK\nB: USER\nB: .\nP: USER alice\nB: +OK\nP: PASS secret\nB: +OK'
    const { reply, record } = await legs(t, plain, 'proxy_ssl auto;')
    assert.equal(reply, '+OK')
    assert.equal(record['backendTls'], false)
  })

  it('starttls with a name that the certificate has is verified', async t => {
    const { reply } = await legs(
      t,
      `B: +OK ready${upgraded}`,
      `proxy_ssl starttls; proxy_ssl_verify on; proxy_ssl_name pop.internal; ${trusted()}`,
    )
    assert.equal(reply, '+OK logged in')
  })

  it('refuses a certificate for another name in the words of a fault of ours', async t => {
    const { reply, record } = await legs(
      t,
      `B: +OK ready${upgraded}`,
      `proxy_ssl starttls; proxy_ssl_verify on; proxy_ssl_name elsewhere.internal; ${trusted()}`,
    )
    assert.match(reply, /^-ERR \[SYS\/TEMP\] /)
    assert.equal(record['failure'], 'tls')
    assert.match(
      String(record['reason']),
      /elsewhere\.internal\. is not in the cert's altnames: DNS:pop\.internal/,
    )
  })

  it('refuses a certificate that nobody trusted signed', async t => {
    const { reply, record } = await legs(
      t,
      `B: +OK ready${upgraded}`,
      'proxy_ssl starttls; proxy_ssl_verify on; proxy_ssl_name pop.internal;',
    )
    assert.match(reply, /^-ERR \[SYS\/TEMP\] /)
    assert.equal(record['failure'], 'tls')
  })

  it('carries what fills every buffer', async t => {
    const keys = await authority.issue(['pop.internal'])
    const there = await backendFor(t, `TLS\n${accepting}`, keys)
    const here = await relayFor(
      t,
      `proxy_identity off; proxy_ssl on; proxy_pass 127.0.0.1:${there.port};
       server { listen {pop3}; protocol pop3; }`,
    )
    const client = await MailClient.open(here.port('pop3'))
    await client.line()
    await client.ask('USER alice')
    await client.ask('PASS secret')
    await echoed(client)
  })

  it('on speaks TLS from the first octet', async t => {
    const { reply, echo, record } = await legs(t, `TLS\n${accepting}`, 'proxy_ssl on;')
    assert.deepEqual([reply, echo], ['+OK logged in', 'echo'])
    assert.equal(record['backendTls'], true)
  })
})
