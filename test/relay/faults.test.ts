/** What breaks around a relay costs the sessions that it must cost, and nothing after them. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { before, describe, it, type TestContext } from 'node:test'
import { type KeyPair, makeAuthority } from '../support/certificates.ts'
import { MailClient } from '../support/mail-client.ts'
import { backendFor, relayFor } from '../support/on-relay.ts'
import { freePort } from '../support/ports.ts'
import type { RunningRelay } from '../support/running-relay.ts'

let keys: KeyPair
before(async () => {
  keys = await (await makeAuthority()).issue(['mail.example.com'])
})

const ready = {
  imap: 'B: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready',
  pop3: 'B: +OK ready',
  smtp: 'B: 220 mx\nP: EHLO mail.example.com\nB: 250-mx\nB: 250-XCLIENT NAME ADDR\nB: 250 AUTH PLAIN',
} as const
type Protocol = keyof typeof ready

/** The rest of a login, up to its success. */
const judging = {
  imap: 'P: /^a AUTHENTICATE PLAIN /\nB: a OK in',
  pop3: 'P: /^USER /\nB: +OK\nP: /^PASS /\nB: +OK in',
  smtp: 'P: /^XCLIENT /\nB: 220 mx\nP: EHLO c\nB: 250-mx\nB: 250 AUTH PLAIN\nP: /^AUTH PLAIN /\nB: 235 in',
} as const

const said = {
  imap: ['a LOGIN alice secret'],
  pop3: ['USER alice', 'PASS secret'],
  smtp: ['HELO c', 'AUTH PLAIN AGFsaWNlAHNlY3JldA=='],
} as const

const fault = {
  imap: /^a NO \[UNAVAILABLE\] /,
  pop3: /^-ERR \[SYS\/TEMP\] /,
  smtp: /^454 4\.7\.0 /,
} as const

const success = { imap: 'a OK in', pop3: '+OK in', smtp: '235 in' } as const

function front(t: TestContext, protocol: Protocol, port: number, more = ''): Promise<RunningRelay> {
  const identity = protocol === 'smtp' ? 'xclient on;' : 'proxy_identity off;'
  return relayFor(
    t,
    `${identity} proxy_pass 127.0.0.1:${port}; ${more} server { listen {front}; protocol ${protocol}; }`,
  )
}

async function logIn(here: RunningRelay, protocol: Protocol) {
  const client = await MailClient.open(here.port('front'))
  await client.line()
  let reply = ''
  for (const line of said[protocol]) reply = await client.ask(line)
  return { client, reply }
}

/** Waits until no session is left: each must end by itself. */
async function emptied({ relay }: RunningRelay): Promise<void> {
  await relay.shared.sessions.none()
}

describe('a backend that is killed', () => {
  const whole = (protocol: Protocol) => `${ready[protocol]}\n${judging[protocol]}`
  const smtpUpTo = (reply: RegExp) => {
    const lines = whole('smtp').split('\n')
    return lines.slice(0, lines.findIndex(line => reply.test(line)) + 1).join('\n')
  }
  const stages: readonly [title: string, protocol: Protocol, script: string, more?: string][] = [
    ['before its greeting', 'imap', ''],
    ['before its greeting', 'pop3', ''],
    ['before its greeting', 'smtp', ''],
    ['within TLS', 'imap', '', 'proxy_ssl on; proxy_ssl_verify off;'],
    ['after XCLIENT', 'smtp', smtpUpTo(/^P: .*XCLIENT/)],
    ['in the login', 'imap', `${ready.imap}\nP: /^a AUTHENTICATE PLAIN /`],
    ['in the login', 'pop3', `${ready.pop3}\nP: /^USER /\nB: +OK\nP: /^PASS /`],
    ['in the login', 'smtp', smtpUpTo(/^P: .*AUTH/)],
  ]
  for (const [title, protocol, script, more] of stages) {
    it(`${title} is our side's fault in the words of ${protocol}, and the next login is as good as any`, async t => {
      const there = await backendFor(
        t,
        connection =>
          connection === 0 ? `${script}\nEND` : `${more ? 'TLS\n' : ''}${whole(protocol)}`,
        keys,
      )
      const here = await front(t, protocol, there.port, more)
      const first = await logIn(here, protocol)
      assert.match(first.reply, fault[protocol])
      first.client.close()
      await emptied(here)
      const second = await logIn(here, protocol)
      assert.equal(second.reply, success[protocol])
      second.client.close()
    })
  }

  it('in DATA costs the message, and the client hears of no delivery', async t => {
    const there = await backendFor(t, `${whole('smtp')}\nP: DATA\nB: 354 go\nP: never`)
    const here = await front(t, 'smtp', there.port)
    const { client } = await logIn(here, 'smtp')
    assert.equal(await client.ask('DATA'), '354 go')
    client.say('half a line')
    for (const socket of there.sockets) socket.resetAndDestroy()
    assert.equal(await client.line(), '421 4.4.2 Connection to the mail server was lost')
    assert.equal(await client.line(), 'END')
    client.close()
    await emptied(here)
  })

  it('in IDLE ends the session, for the client to connect again', async t => {
    const there = await backendFor(t, `${whole('imap')}\nP: b IDLE\nB: + idling\nP: never`)
    const here = await front(t, 'imap', there.port)
    const { client } = await logIn(here, 'imap')
    assert.equal(await client.ask('b IDLE'), '+ idling')
    for (const socket of there.sockets) socket.resetAndDestroy()
    assert.equal(await client.line(), 'END')
    client.close()
    assert.equal((await here.ended())['ended'], 'backend')
    await emptied(here)
  })
})

describe('endpoints', () => {
  it('that are all gone are our fault, and serve again as soon as they are back', async t => {
    const port = await freePort()
    const here = await front(t, 'pop3', port)
    for (let i = 0; i < 3; i++) {
      const { reply, client } = await logIn(here, 'pop3')
      assert.match(reply, fault.pop3)
      client.close()
    }
    const there = await backendFor(t, `${ready.pop3}\n${judging.pop3}`)
    const back = createServer(socket => {
      const onward = socket.pipe(connect(there.port, '127.0.0.1'))
      onward.pipe(socket)
      socket.on('error', () => {})
    })
    back.listen(port, '127.0.0.1')
    await once(back, 'listening')
    t.after(() => back.close())
    const { reply, client } = await logIn(here, 'pop3')
    assert.equal(reply, success.pop3)
    client.close()
    await emptied(here)
  })

  it('of which one flaps cost no client a login', async t => {
    const whole = `${ready.pop3}\n${judging.pop3}`
    const flapping = await backendFor(t, connection => (connection % 2 === 0 ? 'END' : whole))
    const steady = await backendFor(t, whole)
    const here = await relayFor(
      t,
      `proxy_identity off;
       upstream both {
         server 127.0.0.1:${flapping.port}; server 127.0.0.1:${steady.port};
       }
       proxy_pass both; server { listen {front}; protocol pop3; }`,
    )
    for (let i = 0; i < 20; i++) {
      const { reply, client } = await logIn(here, 'pop3')
      assert.equal(reply, success.pop3)
      client.close()
    }
    assert.ok(flapping.connections() > 0)
    await emptied(here)
  })
})
