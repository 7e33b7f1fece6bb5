import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { MailClient } from '../support/mail-client.ts'
import { backendFor, relayFor } from '../support/on-relay.ts'
import type { RunningRelay } from '../support/running-relay.ts'

const login = `
  B: 220 backend
  P: EHLO relay.example
  B: 250-backend
  B: 250-SIZE 100
  B: 250-CHUNKING
  B: 250 AUTH PLAIN
  P: AUTH PLAIN AGEAYg==
  B: 235 in`

function relay(t: TestContext, port: number, more = 'smtp_auth plain;'): Promise<RunningRelay> {
  return relayFor(
    t,
    `server_name relay.example; proxy_pass 127.0.0.1:${port};
     server { listen {smtp}; protocol smtp; ${more} }`,
  )
}

/** A client that is logged in; `more` goes with the login in one piece. */
async function loggedIn(here: RunningRelay, more = ''): Promise<MailClient> {
  const client = await MailClient.open(here.port('smtp'))
  assert.match(await client.line(), /^220 /)
  client.say(`AUTH PLAIN AGEAYg==\r\n${more}`)
  assert.equal(await client.line(), '235 in')
  return client
}

describe('after an SMTP login', () => {
  it('what must not pass is answered in its place, behind the answer to the login', async t => {
    const there = await backendFor(
      t,
      `${login}
       P: NOOP 1
       P: NOOP 2
       B: 250-one
       B: 250 one
       B: 250 two
       P: QUIT
       B: 221 bye
       END`,
    )
    const here = await relay(t, there.port)
    const client = await loggedIn(here, 'XCLIENT ADDR=192.0.2.1\r\n')
    client.say(
      'NOOP 1\r\n STARTTLS\r\nauth plain AGEAYg==\r\nNOOP 2\r\nxforward NAME=a\r\nQUIT\r\n',
    )
    assert.deepEqual(await client.lines(9), [
      '550 5.7.0 Not permitted',
      '250-one',
      '250 one',
      '500 5.5.2 Malformed command',
      '503 5.5.1 Already authenticated',
      '250 two',
      '550 5.7.0 Not permitted',
      '221 bye',
      'END',
    ])
    assert.deepEqual(there.surprises, [])
    const { ended, failure } = await here.ended()
    assert.deepEqual([ended, failure], ['backend', undefined])
  })

  it('a message that came in one piece with its end of all is delivered and answered', async t => {
    const there = await backendFor(
      t,
      `${login}
       P: MAIL FROM:<a@example.org>
       P: RCPT TO:<b@example.com>
       P: DATA
       B: 250 1
       B: 250 2
       B: 354 3
       P: XCLIENT ADDR=192.0.2.1
       P: .
       B: 250 4
       P: QUIT
       B: 221 5
       END`,
    )
    const client = await loggedIn(
      await relay(t, there.port),
      'MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n' +
        'XCLIENT ADDR=192.0.2.1\r\n.\r\nQUIT\r\n',
    )
    client.end()
    assert.deepEqual(await client.lines(6), ['250 1', '250 2', '354 3', '250 4', '221 5', 'END'])
    assert.deepEqual(there.surprises, [])
  })

  it('an ambiguous end of a body cuts the backend off before its dot', async t => {
    const there = await backendFor(
      t,
      `${login}
       P: DATA
       B: 354 go`,
    )
    const here = await relay(t, there.port)
    const client = await loggedIn(here)
    assert.equal(await client.ask('DATA'), '354 go')
    client.say('one\r\ntwo\n.\nMAIL FROM:<x@example.org>\r\nthree\r\n.\r\nQUIT\r\n')
    assert.equal(await client.line(), '550 5.5.2 Bare CR, LF or NUL beside a dot')
    assert.equal(await client.line(), 'END')
    client.close()
    const { ended, failure, reason } = await here.ended()
    assert.deepEqual([ended, failure, reason], ['relay', 'protocol', 'ambiguous body'])
    assert.deepEqual(there.heard.slice(-1), ['DATA'])
    assert.deepEqual(there.surprises, [])
  })

  it('a backend that is gone in the middle of a body is told of as a fault for now', async t => {
    const there = await backendFor(t, `${login}\nP: DATA\nB: 354 go\nP: one\nEND`)
    const client = await loggedIn(await relay(t, there.port))
    assert.equal(await client.ask('DATA'), '354 go')
    client.say('one\r\n')
    assert.equal(await client.line(), '421 4.4.2 Connection to the mail server was lost')
    assert.equal(await client.line(), 'END')
  })

  it('chunks pass within SIZE and are swallowed beyond it', async t => {
    const there = await backendFor(
      t,
      `${login}\nP: BDAT 9\nP: XCLIENT\nB: 250 1\nP: RSET\nB: 250 2`,
    )
    const client = await loggedIn(await relay(t, there.port))
    client.say(`BDAT 9\r\nXCLIENT\r\nBDAT 99\r\n${'XCLIENT a'.repeat(11)}RSET\r\n`)
    assert.deepEqual(await client.lines(3), ['250 1', '552 5.3.4 Message too large', '250 2'])
    assert.deepEqual(there.surprises, [])
  })

  it('no chunk passes where the backend was not asked, without login', async t => {
    const there = await backendFor(
      t,
      `B: 220 backend
       P: HELO relay.example
       B: 250 backend
       P: MAIL FROM:<a@example.org>
       B: 250 1
       P: RCPT TO:<b@example.com>
       B: 250 2
       P: RCPT TO:<c@example.com>
       B: 250 3`,
    )
    const here = await relay(t, there.port, 'smtp_auth none; xclient off;')
    const client = await MailClient.open(here.port('smtp'))
    client.say(
      'HELO c\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.com>\r\n' +
        'STARTTLS\r\nBDAT 6 LAST\r\nDATA\r\nRCPT TO:<c@example.com>\r\n',
    )
    const lines = await client.lines(7)
    assert.deepEqual(lines.slice(3), [
      '250 2',
      '502 5.5.1 Command not available',
      '502 5.5.1 Command not available',
      '250 3',
    ])
    assert.deepEqual(there.surprises, [])
  })

  it('a large body arrives as it was sent, at a backend that reads slowly', async t => {
    const line = `${'x'.repeat(70)}\n..\r\n`
    const body = Buffer.from(`${line.repeat(120_000)}.\r\n`)
    const { port, heard } = await sink(t)
    const client = await loggedIn(await relay(t, port))
    assert.equal(await client.ask('DATA'), '354 go')
    client.socket.write(body)
    client.say('NOOP\r\n')
    assert.deepEqual(await client.lines(2), ['250 queued', '250 ok'])
    assert.equal(heard(), createHash('sha256').update(body).digest('hex'))
  })
})

/** A backend that logs in whom it gets, takes one body and hashes it. */
async function sink(t: TestContext): Promise<{ port: number; heard: () => string }> {
  const hash = createHash('sha256')
  let digest = ''
  const server = createServer(socket => {
    socket.on('error', () => {})
    hello(socket)
  })
  t.after(() => server.close())
  const hello = (socket: Socket) => {
    let text = ''
    socket.write('220 backend\r\n')
    socket.on('data', function take(chunk: Buffer) {
      text += chunk.toString('latin1')
      if (text.endsWith('DATA\r\n')) {
        socket.off('data', take)
        socket.write('354 go\r\n')
        socket.on('data', body)
      } else if (text.endsWith('\r\n')) {
        socket.write(text.includes('AUTH') ? '235 in\r\n' : '250-backend\r\n250 AUTH PLAIN\r\n')
      }
    })
    const body = (chunk: Buffer) => {
      const end = chunk.indexOf('\r\n.\r\n')
      hash.update(end < 0 ? chunk : chunk.subarray(0, end + 5))
      if (end >= 0) {
        digest = hash.digest('hex')
        socket.off('data', body).resume()
        socket.write('250 queued\r\n250 ok\r\n')
      } else {
        socket.pause()
        setImmediate(() => socket.resume())
      }
    }
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, heard: () => digest }
}
