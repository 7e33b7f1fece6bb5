import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { MailClient } from '../support/mail-client.ts'
import { backendFor, relayFor } from '../support/on-relay.ts'
import type { RunningRelay } from '../support/running-relay.ts'
import type { ScriptedBackend } from '../support/scripted-backend.ts'

const pop3 = `
  B: +OK ready
  P: USER alice
  B: +OK
  P: PASS secret
  B: +OK logged in`

/** A POP3 listener in front of `backend`. */
function pop3Relay(t: TestContext, { port }: ScriptedBackend, more = ''): Promise<RunningRelay> {
  return relayFor(
    t,
    `${more} proxy_identity off; proxy_pass 127.0.0.1:${port}; server { listen {pop3}; protocol pop3; }`,
  )
}

describe('a session', () => {
  it('carries octets both ways after the login, and is recorded when it ends', async t => {
    const there = await backendFor(t, pop3)
    const here = await pop3Relay(t, there)
    const client = await MailClient.open(here.port('pop3'), '127.0.0.5')
    assert.equal(await client.line(), '+OK POP3 ready')
    assert.equal(await client.ask('USER alice'), '+OK')
    assert.equal(await client.ask('PASS secret'), '+OK logged in')
    assert.equal(await client.ask('anything at all'), 'anything at all')
    client.end()
    assert.equal(await client.line(), 'END')
    const {
      id,
      time,
      level,
      ms,
      client: peer,
      endpoint,
      backend: name,
      ...record
    } = await here.ended()
    assert.match(String(id), /^[A-Za-z0-9+/-]{1,64}$/)
    assert.match(String(peer), /^127\.0\.0\.5:\d+$/)
    assert.equal(endpoint, `127.0.0.1:${there.port}`)
    assert.equal(name, endpoint)
    assert.deepEqual(record, {
      msg: 'session ended',
      protocol: 'pop3',
      listener: 'pop3',
      tls: 'none',
      login: 'alice',
      mechanism: 'plain',
      backendTls: false,
      identity: 'off',
      stage: 'relay',
      ended: 'client',
      commands: 1,
      faults: 0,
      logins: 1,
      up: 17,
      down: 17,
    })
    assert.equal(level, 'info')
    assert.ok(time && typeof ms === 'number')
    assert.deepEqual(there.surprises, [])
  })

  it('answers a pipelining client in order, and forwards what came behind the login', async t => {
    const here = await pop3Relay(t, await backendFor(t, pop3))
    const client = await MailClient.open(here.port('pop3'))
    client.say('NOOP\r\nCAPA\r\nUSER alice\r\nPASS secret\r\nSTAT\r\nQUIT\r\n')
    assert.deepEqual(await client.lines(12), [
      '+OK POP3 ready',
      '+OK',
      '+OK Capability list follows',
      'TOP',
      'USER',
      'UIDL',
      'SASL PLAIN LOGIN',
      '.',
      '+OK',
      '+OK logged in',
      'STAT',
      'QUIT',
    ])
    client.close()
  })

  it('reads the same from a client that sends octet by octet', async t => {
    const here = await pop3Relay(t, await backendFor(t, pop3))
    const client = await MailClient.open(here.port('pop3'))
    client.socket.setNoDelay(true)
    for (const octet of 'USER alice\r\nPASS secret\r\nSTAT\r\n') {
      client.say(octet)
      await new Promise(resolve => setImmediate(resolve))
    }
    assert.deepEqual(await client.lines(4), ['+OK POP3 ready', '+OK', '+OK logged in', 'STAT'])
    client.close()
  })

  it('serves a client that ends its half before it has heard everything', async t => {
    const here = await pop3Relay(t, await backendFor(t, pop3))
    const client = await MailClient.open(here.port('pop3'))
    client.say('USER alice\r\nPASS secret\r\nSTAT\r\n')
    client.end()
    assert.equal(await client.rest(), '+OK POP3 ready\r\n+OK\r\n+OK logged in\r\nSTAT\r\n')
  })

  it('ends after max_errors lines that are no commands, the last of which is still answered', async t => {
    const here = await pop3Relay(t, await backendFor(t, pop3), 'max_errors 2;')
    const client = await MailClient.open(here.port('pop3'))
    client.say('RUBBISH\r\nNOOP\r\nMORE RUBBISH\r\nNOOP\r\n')
    assert.deepEqual(await client.lines(5), [
      '+OK POP3 ready',
      '-ERR invalid command',
      '+OK',
      '-ERR invalid command',
      'END',
    ])
    const { failure, faults } = await here.ended()
    assert.deepEqual({ failure, faults }, { failure: 'protocol', faults: 2 })
  })

  it('ends on a command that is too long, and the client can read why', async t => {
    const here = await pop3Relay(t, await backendFor(t, pop3))
    const client = await MailClient.open(here.port('pop3'))
    client.say(`USER ${'x'.repeat(100_000)}`)
    assert.deepEqual(await client.lines(3), ['+OK POP3 ready', '-ERR invalid command', 'END'])
  })

  it('ends a client that does not log in within timeout', async t => {
    const here = await pop3Relay(t, await backendFor(t, pop3), 'timeout 300ms;')
    const client = await MailClient.open(here.port('pop3'))
    assert.equal(await client.ask('NOOP'), '+OK POP3 ready')
    assert.equal(await client.rest(), '+OK\r\n-ERR Not logged in within the time allowed\r\n')
    const { failure, ended, stage } = await here.ended()
    assert.deepEqual(
      { failure, ended, stage },
      { failure: 'timeout', ended: 'timeout', stage: 'commands' },
    )
  })

  it('hears of a wrong password in the words of the backend, and may try again', async t => {
    const refusing = `
      B: +OK ready
      P: USER alice
      B: +OK
      P: /^PASS wrong$/
      B: -ERR [AUTH] no such thing`
    const there = await backendFor(t, connection => (connection === 0 ? refusing : pop3))
    const here = await pop3Relay(t, there)
    const client = await MailClient.open(here.port('pop3'))
    await client.line()
    await client.ask('USER alice')
    assert.equal(await client.ask('PASS wrong'), '-ERR [AUTH] no such thing')
    assert.equal(await client.ask('USER alice'), '+OK')
    assert.equal(await client.ask('PASS secret'), '+OK logged in')
    client.close()
    const { logins, failure } = await here.ended()
    assert.deepEqual({ logins, failure }, { logins: 2, failure: undefined })
  })

  it('leaves a backend alone whose client is gone before the login is done', async t => {
    const there = await backendFor(t, 'B: +OK ready\nP: USER alice\nP: never')
    const here = await pop3Relay(t, there)
    const client = await MailClient.open(here.port('pop3'))
    await client.line()
    await client.ask('USER alice')
    client.say('PASS secret\r\n')
    while (there.heard.length === 0) await new Promise(resolve => setImmediate(resolve))
    client.close()
    const { ended, stage, failure } = await here.ended()
    assert.deepEqual(
      { ended, stage, failure },
      { ended: 'client', stage: 'commands', failure: undefined },
    )
    while (there.sockets.size > 0) await new Promise(resolve => setImmediate(resolve))
  })

  it('never shows a password in the log, and escapes what strangers send', async t => {
    const here = await pop3Relay(t, await backendFor(t, 'B: -ERR go away'))
    const client = await MailClient.open(here.port('pop3'))
    await client.line()
    await client.ask('USER al\x1b[31mice\xff')
    assert.match(await client.ask('PASS topsecret'), /^-ERR \[SYS\/TEMP\] /)
    client.close()
    await here.ended()
    const text = JSON.stringify(here.records)
    assert.ok(!text.includes('topsecret'))
    assert.ok(text.includes('al\\\\x1b[31mice\\\\xff'))
  })

  it('shows each of its steps in the metrics', async t => {
    const here = await pop3Relay(t, await backendFor(t, pop3))
    const client = await MailClient.open(here.port('pop3'))
    client.say('USER alice\r\nPASS secret\r\nhello\r\n')
    await client.lines(4)
    client.close()
    await here.ended()
    const text = await here.metrics()
    for (const line of [
      'postern_connections_accepted_total{protocol="pop3",listener="pop3"} 1',
      'postern_connections_active{protocol="pop3",listener="pop3"} 0',
      'postern_auth_total{protocol="pop3",mechanism="plain",result="ok"} 1',
      'postern_bytes_total{protocol="pop3",direction="up"} 7',
    ])
      assert.ok(text.includes(line), `${line} is not in\n${text}`)
  })
})
