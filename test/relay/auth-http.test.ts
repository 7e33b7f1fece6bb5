import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { type AuthHeaders, startAuthServer } from '../support/auth-server.ts'
import { MailClient } from '../support/mail-client.ts'
import { backendFor, relayFor } from '../support/on-relay.ts'

const pop3Backend = 'B: +OK ready\nP: /^USER /\nB: +OK\nP: /^PASS /\nB: +OK logged in'

async function asked(
  t: TestContext,
  judge: (asked: AuthHeaders, backend: number) => AuthHeaders,
  more = '',
  script = pop3Backend,
) {
  const there = await backendFor(t, script)
  const auth = await startAuthServer(headers => judge(headers, there.port))
  t.after(() => auth.stop())
  const here = await relayFor(
    t,
    `auth_http ${auth.url}; ${more}
     server { listen {pop3}; protocol pop3; }
     server { listen {imap}; protocol imap; }
     server { listen {smtp}; protocol smtp; smtp_auth plain none; xclient off; }`,
  )
  return { here, auth, there }
}

async function pop3(port: number): Promise<{ reply: string; client: MailClient }> {
  const client = await MailClient.open(port)
  await client.line()
  await client.ask('USER alice')
  return { reply: await client.ask('PASS secret'), client }
}

const to = (port: number): AuthHeaders => ({
  'Auth-Status': 'OK',
  'Auth-Server': '127.0.0.1',
  'Auth-Port': `${port}`,
})

describe('auth_http', () => {
  it('judges the login and names the backend', async t => {
    const { here, auth, there } = await asked(
      t,
      (_, port) => to(port),
      'auth_http_header X-Key k1;',
    )
    const { reply, client } = await pop3(here.port('pop3'))
    assert.equal(reply, '+OK logged in')
    client.close()
    const [question] = auth.asked
    assert.ok(question)
    const { host, ...headers } = question
    assert.deepEqual(headers, {
      'auth-method': 'plain',
      'auth-user': 'alice',
      'auth-pass': 'secret',
      'auth-protocol': 'pop3',
      'auth-login-attempt': '1',
      'client-ip': '127.0.0.1',
      'x-key': 'k1',
      connection: 'keep-alive',
    })
    assert.equal(host, '127.0.0.1')
    assert.deepEqual(there.heard, ['USER alice', 'PASS secret'])
  })

  it('may put other credentials in place of the client’s', async t => {
    const { here, there } = await asked(t, (_, port) => ({
      ...to(port),
      'Auth-User': 'u1001',
      'Auth-Pass': 'master',
    }))
    const { client } = await pop3(here.port('pop3'))
    client.close()
    assert.deepEqual(there.heard, ['USER u1001', 'PASS master'])
  })

  it('says no in its own words, and without Auth-Wait the session ends', async t => {
    const { here } = await asked(t, () => ({ 'Auth-Status': 'Not today' }))
    const { reply, client } = await pop3(here.port('pop3'))
    assert.equal(reply, '-ERR Not today')
    assert.equal(await client.line(), 'END')
    const { failure, stage } = await here.ended()
    assert.deepEqual({ failure, stage }, { failure: 'login', stage: 'commands' })
  })

  it('holds a no back for Auth-Wait seconds, and the client may try again', async t => {
    let tries = 0
    const { here, auth } = await asked(t, (_, port) =>
      ++tries === 1 ? { 'Auth-Status': 'No', 'Auth-Wait': '1' } : to(port),
    )
    const began = performance.now()
    const { reply, client } = await pop3(here.port('pop3'))
    assert.equal(reply, '-ERR No')
    assert.ok(performance.now() - began >= 1_000)
    await client.ask('USER alice')
    assert.equal(await client.ask('PASS secret'), '+OK logged in')
    client.close()
    assert.deepEqual(
      auth.asked.map(headers => headers['auth-login-attempt']),
      ['1', '2'],
    )
  })

  it('is asked the same again after WAIT, and its next word counts', async t => {
    let tries = 0
    const { here, auth } = await asked(t, (_, port) =>
      ++tries === 1 ? { 'Auth-Status': 'WAIT', 'Auth-Wait': '0' } : to(port),
    )
    const { reply, client } = await pop3(here.port('pop3'))
    assert.equal(reply, '+OK logged in')
    client.close()
    assert.deepEqual(
      auth.asked.map(headers => headers['auth-login-attempt']),
      ['1', '1'],
    )
  })

  it('denies SMTP with the code that it names, else with 535 5.7.0', async t => {
    const { here } = await asked(t, ({ 'auth-user': user }) => ({
      'Auth-Status': 'no such user',
      'Auth-Wait': '1',
      ...(user === 'a' && { 'Auth-Error-Code': '550 5.7.1' }),
    }))
    const client = await MailClient.open(here.port('smtp'))
    await client.line()
    assert.equal(await client.ask('AUTH PLAIN AGEAYg=='), '550 5.7.1 no such user')
    assert.equal(await client.ask('AUTH PLAIN AGIAYg=='), '535 5.7.0 no such user')
    client.close()
  })

  it('judges the first recipient where no login is wanted', async t => {
    const script = `
      B: 220 mx
      P: HELO mail.example.com
      B: 250 mx
      P: MAIL FROM:<a@b> SIZE=10
      B: 250 ok
      P: RCPT TO:<c@d>
      B: 550 5.1.1 no such recipient`
    const { here, auth, there } = await asked(t, (_, port) => to(port), '', script)
    const client = await MailClient.open(here.port('smtp'))
    await client.line()
    await client.ask('HELO client.example')
    await client.ask('MAIL FROM:<a@b> SIZE=10')
    assert.equal(await client.ask('RCPT TO:<c@d>'), '550 5.1.1 no such recipient')
    client.close()
    const {
      'auth-method': method,
      'auth-smtp-from': from,
      'auth-smtp-to': rcpt,
    } = auth.asked[0] ?? {}
    assert.deepEqual([method, from, rcpt], ['none', 'MAIL FROM:<a@b> SIZE=10', 'RCPT TO:<c@d>'])
    assert.deepEqual(there.surprises, [])
  })

  const faults: readonly [title: string, answer: AuthHeaders, reason: string][] = [
    ['names no server', { 'Auth-Status': 'OK' }, 'did not send server or port'],
    [
      'names a host that has no address',
      { 'Auth-Status': 'OK', 'Auth-Server': 'nowhere.invalid', 'Auth-Port': '1' },
      'sent a server whose address cannot be found',
    ],
    [
      'names a port that is none',
      { 'Auth-Status': 'OK', 'Auth-Server': '127.0.0.1', 'Auth-Port': '0' },
      'sent invalid server port',
    ],
  ]
  for (const [title, answer, reason] of faults) {
    it(`that ${title} is at fault, and the session ends with nginx’s words`, async t => {
      const { here } = await asked(t, () => answer)
      const { reply, client } = await pop3(here.port('pop3'))
      assert.equal(reply, '-ERR internal server error')
      assert.equal(await client.line(), 'END')
      const record = await here.ended()
      assert.equal(record['failure'], 'config')
      assert.equal(record['reason'], `auth server ${reason}`)
    })
  }

  it('that does not answer within auth_http_timeout is at fault', async t => {
    const mute = createServer(() => {}).listen(0, '127.0.0.1')
    await once(mute, 'listening')
    t.after(() => mute.close())
    const address = mute.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const here = await relayFor(
      t,
      `auth_http 127.0.0.1:${port}/; auth_http_timeout 200ms;
       server { listen {imap}; protocol imap; }`,
    )
    const client = await MailClient.open(here.port('imap'))
    await client.line()
    assert.equal(await client.ask('a LOGIN b c'), '* BAD internal server error')
    assert.equal(await client.line(), 'END')
    assert.equal((await here.ended())['failure'], 'timeout')
  })

  it('cannot point a session of fixed backends anywhere else', async t => {
    const there = await backendFor(t, pop3Backend)
    const elsewhere = await backendFor(t, pop3Backend)
    let named = there.port
    const auth = await startAuthServer(() => to(named))
    t.after(() => auth.stop())
    const here = await relayFor(
      t,
      `auth_http ${auth.url}; proxy_pass 127.0.0.1:${there.port};
       server { listen {pop3}; protocol pop3; }`,
    )
    const good = await pop3(here.port('pop3'))
    assert.equal(good.reply, '+OK logged in')
    good.client.close()
    named = elsewhere.port
    const bad = await pop3(here.port('pop3'))
    assert.match(bad.reply, /^-ERR \[SYS\/TEMP\] /)
    bad.client.close()
    assert.equal(elsewhere.connections(), 0)
  })

  it('may leave the choice of the endpoint to proxy_pass', async t => {
    const there = await backendFor(t, pop3Backend)
    const auth = await startAuthServer(() => ({ 'Auth-Status': 'OK' }))
    t.after(() => auth.stop())
    const here = await relayFor(
      t,
      `auth_http ${auth.url}; proxy_pass 127.0.0.1:${there.port};
       server { listen {pop3}; protocol pop3; }`,
    )
    const { reply, client } = await pop3(here.port('pop3'))
    assert.equal(reply, '+OK logged in')
    client.close()
  })

  it('never sends credentials that would end a line at the backend', async t => {
    const { here, there, auth } = await asked(t, (_, port) => ({
      ...to(port),
      'Auth-User': 'alice',
    }))
    const client = await MailClient.open(here.port('pop3'))
    await client.line()
    const evil = Buffer.from('\0alice\r\nDELE 1\0secret').toString('base64')
    assert.match(await client.ask(`AUTH PLAIN ${evil}`), /^-ERR /)
    client.close()
    assert.equal(there.connections(), 0)
    assert.equal(auth.asked.length, 0)
  })

  it('whose backend refuses is told as an internal error, or in the backend’s words where asked for', async t => {
    const refusing = 'B: +OK\nP: USER alice\nB: +OK\nP: PASS secret\nB: -ERR mailbox locked'
    for (const [more, wanted] of [
      ['', '-ERR internal server error'],
      ['proxy_pass_error_message on;', '-ERR mailbox locked'],
    ] as const) {
      const { here } = await asked(t, (_, port) => to(port), more, refusing)
      const { reply, client } = await pop3(here.port('pop3'))
      assert.equal(reply, wanted)
      assert.equal(await client.line(), 'END')
    }
  })
})
