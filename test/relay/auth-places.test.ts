import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it, type TestContext } from 'node:test'
import { startAuthServer } from '../support/auth-server.ts'
import { makeAuthority } from '../support/certificates.ts'
import { MailClient } from '../support/mail-client.ts'
import { backendFor, relayFor } from '../support/on-relay.ts'

const folder = mkdtempSync(join(tmpdir(), 'postern-auth-'))
after(() => rmSync(folder, { recursive: true }))

async function logIn(t: TestContext, settings: string) {
  const here = await relayFor(t, `${settings} server { listen {pop3}; protocol pop3; }`)
  const client = await MailClient.open(here.port('pop3'))
  await client.line()
  await client.ask('USER alice')
  const reply = await client.ask('PASS secret')
  client.close()
  return { reply, record: await here.ended() }
}

const accepting = 'B: +OK\nP: USER alice\nB: +OK\nP: PASS secret\nB: +OK in'

describe('a host name in Auth-Server', () => {
  it('is looked up, and each of its addresses is tried', async t => {
    const there = await backendFor(t, accepting)
    const asked = await startAuthServer(() => ({
      'Auth-Status': 'OK',
      // ::1 may come first, where nobody listens.
      'Auth-Server': 'localhost',
      'Auth-Port': `${there.port}`,
    }))
    t.after(() => asked.stop())
    assert.equal((await logIn(t, `auth_http ${asked.url};`)).reply, '+OK in')
  })

  it('must be an endpoint of the backends where there are any', async t => {
    const asked = await startAuthServer(() => ({
      'Auth-Status': 'OK',
      'Auth-Server': 'localhost',
      'Auth-Port': '1',
    }))
    t.after(() => asked.stop())
    const { record } = await logIn(t, `auth_http ${asked.url}; proxy_pass 127.0.0.1:2;`)
    assert.match(String(record['reason']), /named a server that is no endpoint/)
  })
})

describe('auth_http', () => {
  it('tries each address of a host name', async t => {
    const asked = await startAuthServer(() => ({ 'Auth-Status': 'no' }))
    t.after(() => asked.stop())
    const { reply } = await logIn(t, `auth_http ${asked.url.replace('127.0.0.1', 'localhost')};`)
    assert.equal(reply, '-ERR no')
  })

  it('by https asks a server whose certificate is one for the host, and no other', async t => {
    const authority = await makeAuthority()
    const ca = join(folder, 'ca.pem')
    writeFileSync(ca, authority.certificate)
    const answer = async (names: readonly string[]) => {
      const { certificate: cert, key } = await authority.issue(names)
      let questions = 0
      const server = createServer({ cert, key }, (_, response) => {
        questions++
        response.setHeader('Auth-Status', 'no').end()
      }).listen(0, '127.0.0.1')
      await once(server, 'listening')
      t.after(() => server.close())
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      const { reply, record } = await logIn(
        t,
        `auth_http https://localhost:${port}/auth; auth_http_ssl_trusted_certificate ${ca};`,
      )
      const trusted = await logIn(t, `auth_http https://localhost:${port}/auth;`)
      assert.equal(trusted.reply, '-ERR internal server error')
      return { reply, reason: record['reason'], questions }
    }
    const good = await answer(['localhost'])
    assert.deepEqual([good.reply, good.questions], ['-ERR no', 1])
    const other = await answer(['elsewhere.example'])
    assert.deepEqual([other.reply, other.questions], ['-ERR internal server error', 0])
    assert.match(String(other.reason), /ERR_TLS_CERT_ALTNAME_INVALID/)
  })
})
