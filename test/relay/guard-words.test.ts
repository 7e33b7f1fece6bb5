/** What a client hears when it meets a limit, in the words of its protocol. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { MailClient } from '../support/mail-client.ts'
import { backendFor, relayFor } from '../support/on-relay.ts'

interface Words {
  /** What a backend says and hears up to its refusal of a login. */
  readonly script: string
  /** Lines that log in, each with one line in answer. */
  readonly login: readonly string[]
  readonly crowded: string
  readonly forbidden: string
  readonly refused: string
  readonly barred: string
  /** One more user than may be. */
  readonly full: string
}

const protocols: Readonly<Record<'imap' | 'pop3' | 'smtp', Words>> = {
  imap: {
    script: 'B: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] x\nP: /^a AUTHENTICATE /',
    login: ['a LOGIN alice b'],
    crowded: '* BYE [UNAVAILABLE] Too many connections',
    forbidden: '* BYE Access denied',
    refused: 'a NO wrong',
    barred: 'a NO [UNAVAILABLE] Too many failed logins',
    full: 'a NO [UNAVAILABLE] Too many connections',
  },
  pop3: {
    script: 'B: +OK ready\nP: /^USER /\nB: +OK\nP: /^PASS /',
    login: ['USER alice', 'PASS b'],
    crowded: '-ERR [SYS/TEMP] Too many connections',
    forbidden: '-ERR Access denied',
    refused: '-ERR wrong',
    barred: '-ERR [SYS/TEMP] Too many failed logins',
    full: '-ERR [SYS/TEMP] Too many connections',
  },
  smtp: {
    script: 'B: 220 mx\nP: EHLO mail.example.com\nB: 250-mx\nB: 250 AUTH PLAIN\nP: /^AUTH PLAIN /',
    login: ['HELO c', 'AUTH PLAIN AGFsaWNlAGI='],
    crowded: '421 4.7.0 Too many connections',
    forbidden: '554 5.7.1 Access denied',
    refused: '535 wrong',
    barred: '454 4.7.0 Too many failed logins',
    full: '454 4.7.0 Too many connections',
  },
}

async function site(
  t: TestContext,
  protocol: keyof typeof protocols,
  limits: string,
  verdict = protocols[protocol].refused,
) {
  const there = await backendFor(t, `${protocols[protocol].script}\nB: ${verdict}`)
  const here = await relayFor(
    t,
    `proxy_identity off; xclient off; imap_auth plain; ${limits}
     server { listen {front}; protocol ${protocol}; proxy_pass 127.0.0.1:${there.port}; }`,
  )
  const greeted = async () => {
    const client = await MailClient.open(here.port('front'))
    return { client, greeting: await client.line() }
  }
  const logIn = async () => {
    const { client } = await greeted()
    let reply = ''
    for (const line of protocols[protocol].login) reply = await client.ask(line)
    return { client, reply }
  }
  return { greeted, logIn }
}

for (const protocol of ['imap', 'pop3', 'smtp'] as const) {
  const words = protocols[protocol]
  describe(`in ${protocol}`, () => {
    it('one session too many hears so in place of a greeting', async t => {
      const { greeted } = await site(t, protocol, 'limit_conn client 1;')
      const first = await greeted()
      const second = await greeted()
      assert.equal(second.greeting, words.crowded)
      assert.equal(await second.client.line(), 'END')
      first.client.close()
    })

    it('a client of a network that is not taken hears so in place of a greeting', async t => {
      const { greeted } = await site(t, protocol, 'deny 127.0.0.0/8;')
      const { client, greeting } = await greeted()
      assert.equal(greeting, words.forbidden)
      assert.equal(await client.line(), 'END')
    })

    it('one failed login too many is refused unheard, as a fault that passes', async t => {
      const { logIn } = await site(t, protocol, 'limit_login client 1 per 1h;')
      const first = await logIn()
      assert.equal(first.reply, words.refused)
      const second = await logIn()
      assert.equal(second.reply, words.barred)
      for (const { client } of [first, second]) client.close()
    })

    it('one session of a user too many is a login that fails for now', async t => {
      const taken = { imap: 'a OK in', pop3: '+OK in', smtp: '235 in' }[protocol]
      const { logIn } = await site(t, protocol, 'limit_conn user 1;', taken)
      const first = await logIn()
      assert.equal(first.reply, taken)
      const second = await logIn()
      assert.equal(second.reply, words.full)
      for (const { client } of [first, second]) client.close()
    })
  })
}
