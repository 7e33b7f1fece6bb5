import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { MailClient } from '../support/mail-client.ts'
import { backendFor, relayFor } from '../support/on-relay.ts'

const judging = `
  B: +OK ready
  P: /^USER /
  B: +OK
  P: /^PASS /`

async function pop3(t: TestContext, limits: string, verdict = '+OK logged in') {
  const there = await backendFor(t, `${judging}\nB: ${verdict}`)
  const here = await relayFor(
    t,
    `proxy_identity off; ${limits} proxy_pass 127.0.0.1:${there.port};
     server { listen {pop3}; protocol pop3; }`,
  )
  return { here, there }
}

async function login(port: number, from: string, user = 'alice') {
  const client = await MailClient.open(port, from)
  const greeting = await client.line()
  if (!greeting.startsWith('+OK')) return { client, reply: greeting }
  await client.ask(`USER ${user}`)
  return { client, reply: await client.ask('PASS secret') }
}

describe('limit_conn', () => {
  it('client turns the next one away in place of a greeting, until one has left', async t => {
    const { here } = await pop3(t, 'limit_conn client 2;')
    const port = here.port('pop3')
    const clients = [await login(port, '127.0.0.5'), await login(port, '127.0.0.5')]
    const third = await login(port, '127.0.0.5')
    assert.equal(third.reply, '-ERR [SYS/TEMP] Too many connections')
    assert.equal(await third.client.line(), 'END')
    const other = await login(port, '127.0.0.6')
    assert.equal(other.reply, '+OK logged in')
    clients[0]?.client.close()
    await here.ended()
    await here.ended()
    const again = await login(port, '127.0.0.5')
    assert.equal(again.reply, '+OK logged in')
    for (const { client } of [...clients, other, again]) client.close()
    assert.match(
      await here.metrics(),
      /connections_rejected_total\{protocol="pop3",listener="pop3",reason="limit"\} 1/,
    )
  })

  it('listener counts all clients of one listener', async t => {
    const { here } = await pop3(t, 'limit_conn listener 1;')
    const one = await login(here.port('pop3'), '127.0.0.5')
    const other = await login(here.port('pop3'), '127.0.0.6')
    assert.equal(other.reply, '-ERR [SYS/TEMP] Too many connections')
    one.client.close()
  })

  it('user lets the session stay, so that another user may log in', async t => {
    const { here } = await pop3(t, 'limit_conn user 1;')
    const port = here.port('pop3')
    const one = await login(port, '127.0.0.5')
    const other = await login(port, '127.0.0.6', 'ALICE')
    assert.equal(other.reply, '-ERR [SYS/TEMP] Too many connections')
    await other.client.ask('USER bob')
    assert.equal(await other.client.ask('PASS secret'), '+OK logged in')
    one.client.close()
    other.client.close()
  })

  it('holds for nobody in limit_exempt', async t => {
    const { here } = await pop3(t, 'limit_conn client 1; limit_exempt 127.0.0.0/30;')
    for (const from of ['127.0.0.2', '127.0.0.2', '127.0.0.2']) {
      const { reply } = await login(here.port('pop3'), from)
      assert.equal(reply, '+OK logged in')
    }
  })
})

describe('limit_login', () => {
  it('user answers ever later, then refuses unheard, and only at that client', async t => {
    const { here, there } = await pop3(t, 'limit_login user 2 per 1h;', '-ERR wrong')
    const port = here.port('pop3')
    const began = performance.now()
    assert.equal((await login(port, '127.0.0.5')).reply, '-ERR wrong')
    const second = await login(port, '127.0.0.5')
    assert.equal(second.reply, '-ERR wrong')
    assert.ok(performance.now() - began >= 500)
    const third = await login(port, '127.0.0.5')
    assert.equal(third.reply, '-ERR [SYS/TEMP] Too many failed logins')
    assert.equal((await login(port, '127.0.0.6')).reply, '-ERR wrong')
    assert.equal(there.connections(), 3)
    assert.match(await here.metrics(), /auth_total\{.*result="limited"\} 1/)
  })

  it('client counts whatever the user', async t => {
    const { here } = await pop3(t, 'limit_login client 2 per 1h;', '-ERR wrong')
    const port = here.port('pop3')
    await login(port, '127.0.0.5', 'a')
    await login(port, '127.0.0.5', 'b')
    const third = await login(port, '127.0.0.5', 'c')
    assert.equal(third.reply, '-ERR [SYS/TEMP] Too many failed logins')
  })

  it('counts no fault of ours', async t => {
    const { here } = await pop3(t, 'limit_login user 1 per 1h;', '-ERR [SYS/TEMP] busy')
    for (let i = 0; i < 3; i++) {
      const { reply } = await login(here.port('pop3'), '127.0.0.5')
      assert.match(reply, /cannot be reached now/)
    }
  })
})

describe('a health check', () => {
  it('that connects and leaves is no session and no error', async t => {
    const { here } = await pop3(t, '')
    const probe = await MailClient.open(here.port('pop3'))
    await probe.line()
    probe.close()
    const record = await here.ended()
    assert.deepEqual([record['level'], record['failure']], ['debug', undefined])
  })
})
