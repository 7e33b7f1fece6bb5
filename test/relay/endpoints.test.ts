import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { MailClient } from '../support/mail-client.ts'
import { backendFor, relayFor } from '../support/on-relay.ts'
import { freePort } from '../support/ports.ts'

const accepting = `
  B: +OK ready
  P: USER alice
  B: +OK
  P: PASS secret
  B: +OK logged in`

/** Logs in by POP3; what came instead of `+OK`, and the client. */
async function login(port: number): Promise<{ reply: string; client: MailClient }> {
  const client = await MailClient.open(port)
  await client.line()
  await client.ask('USER alice')
  return { reply: await client.ask('PASS secret'), client }
}

function pop3(t: TestContext, servers: string, more = '') {
  return relayFor(
    t,
    `proxy_identity off; ${more} upstream mail { ${servers} }
     server { listen {pop3}; protocol pop3; proxy_pass mail; }`,
  )
}

/** A port that accepts nothing: whoever listens there is stopped, and its backlog is full. */
async function fullBacklog(t: TestContext): Promise<number> {
  const script = `const server = require('node:net').createServer()
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port))`
  const child = spawn(process.execPath, ['-e', script])
  t.after(() => child.kill('SIGKILL'))
  const [said] = await once(child.stdout, 'data')
  child.kill('SIGSTOP')
  const port = Number(said)
  for (let i = 0; i < 2; i++) {
    const socket = connect(port, '127.0.0.1')
    t.after(() => socket.destroy())
    await once(socket, 'connect')
  }
  return port
}

const at = (port: number, more = '') => `server 127.0.0.1:${port} ${more};`

describe('endpoints', () => {
  it('take turns by their weights', async t => {
    const light = await backendFor(t, accepting)
    const heavy = await backendFor(t, accepting)
    const here = await pop3(t, at(light.port) + at(heavy.port, 'weight=3'))
    for (let i = 0; i < 8; i++) (await login(here.port('pop3'))).client.close()
    assert.deepEqual([light.connections(), heavy.connections()], [2, 6])
  })

  it('are tried one after the other when one refuses connections', async t => {
    const alive = await backendFor(t, accepting)
    const here = await pop3(t, at(await freePort()) + at(alive.port))
    for (let i = 0; i < 4; i++) {
      const { reply, client } = await login(here.port('pop3'))
      assert.equal(reply, '+OK logged in')
      client.close()
    }
    assert.equal(alive.connections(), 4)
  })

  it('are tried no more often than proxy_next_upstream_tries says', async t => {
    const alive = await backendFor(t, accepting)
    const dead = [await freePort(), await freePort()].map(port => at(port)).join('')
    const here = await pop3(t, dead + at(alive.port, 'backup'), 'proxy_next_upstream_tries 2;')
    const { reply, client } = await login(here.port('pop3'))
    assert.match(reply, /^-ERR \[SYS\/TEMP\] /)
    client.close()
    const { failure, stage } = await here.ended()
    assert.deepEqual({ failure, stage }, { failure: 'connect', stage: 'commands' })
  })

  it('of which one says that it cannot serve now leave the login to another', async t => {
    const busy = await backendFor(t, 'B: -ERR [SYS/TEMP] busy')
    const alive = await backendFor(t, accepting)
    const here = await pop3(t, at(busy.port) + at(alive.port))
    const { reply, client } = await login(here.port('pop3'))
    assert.equal(reply, '+OK logged in')
    client.close()
  })

  it('are not asked again when one judged the password', async t => {
    const refusing = 'B: +OK\nP: USER alice\nB: +OK\nP: PASS secret\nB: -ERR wrong'
    const first = await backendFor(t, refusing)
    const second = await backendFor(t, accepting)
    const here = await pop3(t, at(first.port, 'weight=9') + at(second.port))
    const { reply, client } = await login(here.port('pop3'))
    assert.equal(reply, '-ERR wrong')
    assert.equal(second.connections(), 0)
    client.close()
  })

  it('that are down or of another rank are left alone', async t => {
    const [down, backup, draining, up] = await Promise.all([
      backendFor(t, accepting),
      backendFor(t, accepting),
      backendFor(t, accepting),
      backendFor(t, accepting),
    ])
    const here = await pop3(
      t,
      at(down.port, 'down') +
        at(backup.port, 'backup') +
        at(draining.port, 'draining') +
        at(up.port),
    )
    for (let i = 0; i < 3; i++) (await login(here.port('pop3'))).client.close()
    const counts = [down, backup, draining, up].map(({ connections }) => connections())
    assert.deepEqual(counts, [0, 0, 0, 3])
  })

  it('that leave are used when no other is left', async t => {
    const leaving = await backendFor(t, accepting)
    const here = await pop3(t, at(leaving.port, 'draining') + at(await freePort()))
    const { reply, client } = await login(here.port('pop3'))
    assert.equal(reply, '+OK logged in')
    client.close()
  })

  it('with the fewest sessions come first under least_conn', async t => {
    const one = await backendFor(t, accepting)
    const other = await backendFor(t, accepting)
    const here = await pop3(t, `balance least_conn; ${at(one.port)} ${at(other.port)}`)
    const first = await login(here.port('pop3'))
    const second = await login(here.port('pop3'))
    assert.deepEqual([one.connections(), other.connections()], [1, 1])
    second.client.close()
    await here.ended()
    const third = await login(here.port('pop3'))
    const again = one.connections() === 1 ? other : one
    assert.equal(again.connections(), 2)
    first.client.close()
    third.client.close()
  })

  it('that accept and say nothing cost timeout, and the next is asked', async t => {
    const mute = createServer(() => {}).listen(0, '127.0.0.1')
    await once(mute, 'listening')
    t.after(() => mute.close())
    const address = mute.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const alive = await backendFor(t, accepting)
    const here = await pop3(t, at(port) + at(alive.port), 'timeout 300ms;')
    const { reply, client } = await login(here.port('pop3'))
    assert.equal(reply, '+OK logged in')
    client.close()
  })

  it('that do not take the connection cost proxy_connect_timeout, and the next is asked', async t => {
    const full = await fullBacklog(t)
    const alive = await backendFor(t, accepting)
    const here = await pop3(t, at(full) + at(alive.port), 'proxy_connect_timeout 300ms;')
    const began = performance.now()
    const { reply, client } = await login(here.port('pop3'))
    assert.equal(reply, '+OK logged in')
    assert.ok(performance.now() - began >= 300)
    client.close()
  })

  it('that are none at all are our fault, and no mail program asks for a new password', async t => {
    const here = await relayFor(
      t,
      `upstream none { server 127.0.0.1:1 down; }
       proxy_pass none;
       server { listen {pop3}; protocol pop3; }
       server { listen {imap}; protocol imap; }
       server { listen {smtp}; protocol smtp; }
       server { listen {mx}; protocol smtp; smtp_auth none; }`,
    )
    const say = async (name: string, lines: readonly string[], last: RegExp) => {
      const client = await MailClient.open(here.port(name))
      await client.line()
      let reply = ''
      for (const line of lines) reply = await client.ask(line)
      assert.match(reply, last)
      client.close()
    }
    await say('pop3', ['USER a', 'PASS b'], /^-ERR \[SYS\/TEMP\] /)
    await say('imap', ['x LOGIN a b'], /^x NO \[UNAVAILABLE\] /)
    await say('smtp', ['HELO c', 'AUTH PLAIN AGEAYg=='], /^454 4\.7\.0 /)
    await say('mx', ['HELO c', 'MAIL FROM:<a@b>', 'RCPT TO:<c@d>'], /^451 4\.3\.\d /)
  })

  it('whose reply is longer than proxy_buffer are at fault', async t => {
    const talking = await backendFor(t, `B: +OK ${'x'.repeat(5_000)}`)
    const here = await pop3(t, at(talking.port))
    const { reply, client } = await login(here.port('pop3'))
    assert.match(reply, /^-ERR \[SYS\/TEMP\] /)
    client.close()
    const { failure, reason } = await here.ended()
    assert.deepEqual(
      { failure, reason },
      { failure: 'protocol', reason: 'sent a reply that is longer than proxy_buffer' },
    )
  })
})
