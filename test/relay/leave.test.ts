import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { MailClient } from '../support/mail-client.ts'
import { backendFor, relayFor } from '../support/on-relay.ts'
import { isOpen } from '../support/ports.ts'

const scripts = {
  pop3: 'B: +OK ready\nP: USER alice\nB: +OK\nP: PASS secret\nB: +OK logged in',
  imap: `B: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready
    P: /^a AUTHENTICATE PLAIN /
    B: a OK logged in`,
  smtp: `B: 220 mx
    P: EHLO mail.example.com
    B: 250-mx
    B: 250 AUTH PLAIN
    P: /^AUTH PLAIN /
    B: 235 welcome
    P: MAIL FROM:<a@b>
    B: 250 ok
    P: RCPT TO:<c@d>
    B: 250 ok
    P: DATA
    B: 354 go on
    P: body
    P: .
    B: 250 delivered
    P: NOOP
    B: 250 ok`,
} as const

const logins = {
  pop3: ['USER alice', 'PASS secret'],
  imap: ['a LOGIN alice secret'],
  smtp: ['EHLO client.example', 'AUTH PLAIN AGFsaWNlAHNlY3JldA=='],
} as const

async function relay(t: TestContext, protocol: keyof typeof scripts) {
  const there = await backendFor(t, scripts[protocol])
  const here = await relayFor(
    t,
    `proxy_identity off; proxy_pass 127.0.0.1:${there.port}; xclient off; smtp_capabilities SIZE;
     server { listen {front}; protocol ${protocol}; }`,
  )
  return { there, here }
}

/** A client that has logged in, and heard all that belongs to it. */
async function loggedIn(port: number, protocol: keyof typeof scripts): Promise<MailClient> {
  const client = await MailClient.open(port)
  await client.line()
  for (const line of logins[protocol]) await client.ask(line)
  if (protocol === 'smtp') await client.lines(2)
  return client
}

describe('leaving', () => {
  it('accepts no more', async t => {
    const { here } = await relay(t, 'pop3')
    await here.leave(60_000)
    assert.equal(await isOpen(here.port('front')), false)
  })

  it('accepts no more even if a text is on its way', async t => {
    const { here } = await relay(t, 'pop3')
    const text = 'proxy_pass 127.0.0.1:1; server { listen {other}; protocol pop3; }'
    const applied = here.apply(text)
    await Promise.all([here.leave(60_000), applied])
    assert.equal(await isOpen(here.port('front')), false)
    assert.equal(await isOpen(here.port('other')), false)
  })

  it('tells an idle IMAP client, which connects again elsewhere', async t => {
    const { here } = await relay(t, 'imap')
    const client = await loggedIn(here.port('front'), 'imap')
    await here.leave(60_000)
    assert.equal(await client.line(), '* BYE [UNAVAILABLE] The server is leaving, connect again')
    assert.equal(await client.line(), 'END')
    assert.equal((await here.ended())['ended'], 'leaving')
  })

  it('waits for a command that is under way', async t => {
    const { here } = await relay(t, 'imap')
    const client = await loggedIn(here.port('front'), 'imap')
    client.say('b APPEND INBOX {5}\r\n')
    assert.equal(await client.line(), 'b APPEND INBOX {5}')
    const left = here.leave(60_000)
    while (await isOpen(here.port('front'))) await new Promise(resolve => setImmediate(resolve))
    assert.equal(await client.ask('hello'), 'hello')
    assert.match(await client.line(), /^\* BYE /)
    await left
  })

  it('never ends POP3 between DELE and QUIT: the deletions would be lost', async t => {
    const { here } = await relay(t, 'pop3')
    const client = await loggedIn(here.port('front'), 'pop3')
    await client.ask('DELE 1')
    const left = here.leave(60_000)
    while (await isOpen(here.port('front'))) await new Promise(resolve => setImmediate(resolve))
    await new Promise(resolve => setTimeout(resolve, 400))
    assert.equal(await client.ask('QUIT'), 'QUIT')
    client.end()
    await left
    assert.equal((await here.ended())['ended'], 'client')
  })

  it('ends idle POP3 without a word, which could land amid a message', async t => {
    const { here } = await relay(t, 'pop3')
    const client = await loggedIn(here.port('front'), 'pop3')
    await here.leave(60_000)
    assert.equal(await client.line(), 'END')
  })

  it('lets an SMTP transaction end, then says 421', async t => {
    const { here, there } = await relay(t, 'smtp')
    const client = await loggedIn(here.port('front'), 'smtp')
    await client.ask('MAIL FROM:<a@b>')
    await client.ask('RCPT TO:<c@d>')
    assert.equal(await client.ask('DATA'), '354 go on')
    const left = here.leave(60_000)
    while (await isOpen(here.port('front'))) await new Promise(resolve => setImmediate(resolve))
    client.say('body\r\n')
    assert.equal(await client.ask('.'), '250 delivered')
    assert.equal(await client.line(), '421 4.3.2 The server is leaving, connect again')
    assert.equal(await client.line(), 'END')
    await left
    assert.deepEqual(there.surprises, [])
  })

  it('tells a client that has not logged in, too', async t => {
    const { here } = await relay(t, 'pop3')
    const client = await MailClient.open(here.port('front'))
    await client.line()
    await here.leave(60_000)
    assert.equal(await client.line(), '-ERR [SYS/TEMP] The server is leaving, connect again')
    assert.equal(await client.line(), 'END')
  })

  it('ends what is left when the time is over', async t => {
    const { here } = await relay(t, 'pop3')
    const client = await loggedIn(here.port('front'), 'pop3')
    await client.ask('DELE 1')
    await here.leave(300)
    assert.equal(await client.line(), 'END')
    assert.equal((await here.ended())['ended'], 'leaving')
  })
})
