import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { TLSSocket } from 'node:tls'
import { type Authority, type KeyPair, makeAuthority } from '../support/certificates.ts'
import { echoed } from '../support/echoed.ts'
import { MailClient } from '../support/mail-client.ts'
import { backendFor, relayFor } from '../support/on-relay.ts'

let folder = ''
let authority: Authority
let mail: KeyPair
let other: KeyPair

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

const pem = (name: string, pair: KeyPair) => file(name, `${pair.certificate}\n${pair.key}`)

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'postern-tls-'))
  authority = await makeAuthority()
  mail = await authority.issue(['mail.example.com'])
  other = await authority.issue(['*.other.example'])
})
after(() => rmSync(folder, { recursive: true }))

const accepting = `
  B: +OK ready
  P: USER alice
  B: +OK
  P: PASS secret
  B: +OK logged in`

async function front(t: TestContext, more: string, listen = '{pop3}') {
  const there = await backendFor(t, accepting)
  const at = pem('mail.pem', mail)
  return relayFor(
    t,
    `ssl_certificate ${at}; ssl_certificate_key ${at}; proxy_identity off; ${more}
     proxy_pass 127.0.0.1:${there.port}; server { listen ${listen}; protocol pop3; }`,
  )
}

function subject({ socket }: MailClient): string {
  assert.ok(socket instanceof TLSSocket)
  return socket.getPeerX509Certificate()?.subject ?? ''
}

describe('TLS with clients', () => {
  it('begins with the first octet where listen says ssl', async t => {
    const here = await front(t, '', '{pop3} ssl')
    const client = await MailClient.openTls(here.port('pop3'), { servername: 'mail.example.com' })
    assert.equal(await client.line(), '+OK POP3 ready')
    await client.ask('USER alice')
    assert.equal(await client.ask('PASS secret'), '+OK logged in')
    assert.equal(await client.ask('echo'), 'echo')
    client.close()
    const { tls, sni, up, down } = await here.ended()
    assert.deepEqual(
      { tls, sni, up, down },
      { tls: 'TLSv1.3', sni: 'mail.example.com', up: 6, down: 6 },
    )
  })

  it('begins with STLS where it is offered, and nothing that was said before it counts', async t => {
    const here = await front(t, 'starttls on;')
    const client = await MailClient.open(here.port('pop3'))
    await client.line()
    client.say('STLS\r\nUSER mallory\r\n')
    assert.equal(await client.line(), '+OK')
    await client.startTls()
    assert.equal(await client.ask('PASS secret'), '-ERR invalid command')
    await client.ask('USER alice')
    assert.equal(await client.ask('PASS secret'), '+OK logged in')
    client.close()
    assert.match(
      await here.metrics(),
      /postern_starttls_injection_total\{protocol="pop3",side="front"\} 1/,
    )
  })

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`speaks ${version}`, async t => {
      const here = await front(t, '', '{pop3} ssl')
      const options = { minVersion: version, maxVersion: version }
      const client = await MailClient.openTls(here.port('pop3'), options)
      await client.line()
      client.close()
      assert.equal((await here.ended())['tls'], version)
    })
  }

  it('refuses a version that ssl_protocols does not name', async t => {
    const here = await front(t, 'ssl_protocols TLSv1.3;', '{pop3} ssl')
    await assert.rejects(MailClient.openTls(here.port('pop3'), { maxVersion: 'TLSv1.2' }))
    const { failure, stage } = await here.ended()
    assert.deepEqual({ failure, stage }, { failure: 'tls', stage: 'tls' })
  })

  it('shows each client the certificate for the name that it asks for, else the first', async t => {
    const second = pem('other.pem', other)
    const here = await front(
      t,
      `ssl_certificate ${second}; ssl_certificate_key ${second}; starttls on;`,
    )
    const shown = async (servername: string | undefined) => {
      const client = await MailClient.open(here.port('pop3'))
      await client.line()
      await client.ask('STLS')
      await client.startTls(servername ? { servername } : {})
      const found = subject(client)
      client.close()
      return found
    }
    assert.equal(await shown('imap.other.example'), 'CN=*.other.example')
    assert.equal(await shown('MAIL.example.com'), 'CN=mail.example.com')
    assert.equal(await shown('unknown.example'), 'CN=mail.example.com')
    assert.equal(await shown(undefined), 'CN=mail.example.com')
  })

  it('takes host names beside a certificate in place of those in it', async t => {
    const second = pem('other.pem', other)
    const here = await front(
      t,
      `ssl_certificate ${second} pop.example.net; ssl_certificate_key ${second};`,
      '{pop3} ssl',
    )
    const client = await MailClient.openTls(here.port('pop3'), { servername: 'pop.example.net' })
    assert.equal(subject(client), 'CN=*.other.example')
    client.close()
  })

  it('refuses a client that sends ALPN for another protocol', async t => {
    const here = await front(t, '', '{pop3} ssl')
    await assert.rejects(
      MailClient.openTls(here.port('pop3'), { ALPNProtocols: ['imap'] }),
      /no application protocol/,
    )
    const client = await MailClient.openTls(here.port('pop3'), { ALPNProtocols: ['pop3'] })
    assert.equal(await client.line(), '+OK POP3 ready')
    client.close()
  })

  it('gives up on a client that begins no handshake within timeout', async t => {
    const here = await front(t, 'timeout 200ms;', '{pop3} ssl')
    const client = await MailClient.open(here.port('pop3'))
    assert.equal(await client.line(), 'END')
    const { failure, stage } = await here.ended()
    assert.deepEqual({ failure, stage }, { failure: 'timeout', stage: 'tls' })
  })

  it('uses new certificates from the next handshake on, and drops no session', async t => {
    const here = await front(t, '', '{pop3} ssl')
    const stays = await MailClient.openTls(here.port('pop3'))
    await stays.line()
    const second = pem('other.pem', other)
    await here.apply(
      `ssl_certificate ${second}; ssl_certificate_key ${second};
       proxy_pass 127.0.0.1:1; server { listen {pop3} ssl; protocol pop3; }`,
    )
    const comes = await MailClient.openTls(here.port('pop3'))
    assert.equal(subject(stays), 'CN=mail.example.com')
    assert.equal(subject(comes), 'CN=*.other.example')
    assert.equal(await stays.ask('NOOP'), '+OK')
    stays.close()
    comes.close()
  })

  it('carries what fills every buffer, to a client that reads it late', async t => {
    const here = await front(t, '', '{pop3} ssl')
    const client = await MailClient.openTls(here.port('pop3'))
    await client.line()
    await client.ask('USER alice')
    await client.ask('PASS secret')
    await echoed(client)
  })

  it('keeps the old keys of a listener whose new ones cannot be used, and says why', async t => {
    const here = await front(t, '', '{pop3} ssl')
    const bad = file('bad.pem', `${mail.certificate}\n${other.key}`)
    const answers = await here.apply(
      `ssl_certificate ${bad}; ssl_certificate_key ${bad};
       proxy_pass 127.0.0.1:1; server { listen {pop3} ssl; protocol pop3; }`,
    )
    const [answer] = answers
    assert.ok(answer?.outcome === 'kept')
    assert.match(answer.reason, /bad\.pem: .*key values mismatch/)
    const client = await MailClient.openTls(here.port('pop3'))
    assert.equal(subject(client), 'CN=mail.example.com')
    client.close()
  })
})
