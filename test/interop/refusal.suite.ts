/** A login that the backend refuses: its own words, and the session stays. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Conversation, converse } from '../support/conversation.ts'
import { alice, type MailSite, password, startMailSite } from '../support/mail-site.ts'
import { directFront, type Front } from './front.ts'
import { type RelayFront, startRelayFront } from './relay-front.ts'

const plain = (secret: string) => Buffer.from(`\0${alice}\0${secret}`).toString('base64')

// At once, because Dovecot holds back whoever tries again after a wrong password.
suite('a refused login', { concurrency: true }, () => {
  let site: MailSite
  let front: RelayFront<'imap' | 'pop3' | 'smtp'>
  before(async () => {
    site = await startMailSite()
    const { dovecot, postfix } = site
    front = await startRelayFront(site, {
      imap: { protocol: 'imap', lines: [`proxy_pass 127.0.0.1:${dovecot.ports.imap};`] },
      pop3: { protocol: 'pop3', lines: [`proxy_pass 127.0.0.1:${dovecot.ports.pop3};`] },
      smtp: { protocol: 'smtp', lines: [`proxy_pass 127.0.0.1:${postfix.ports.submission};`] },
    })
  })
  after(async () => {
    await front?.stop()
    await site?.stop()
  })

  interface Case {
    readonly protocol: 'imap' | 'pop3' | 'smtp'
    readonly title: string
    readonly greeting: RegExp
    /** Gives the answer to a login with `secret`. */
    readonly logIn: (session: Conversation, secret: string) => Promise<string>
    readonly refusal: RegExp
    readonly welcome: RegExp
  }
  const cases: readonly Case[] = [
    {
      protocol: 'imap',
      title: 'IMAP LOGIN',
      greeting: /^\* OK /,
      logIn: (session, secret) => session.ask(`a LOGIN ${alice} ${secret}`, /^a /),
      refusal: /^a NO \[AUTHENTICATIONFAILED\] /,
      welcome: /^a OK /m,
    },
    {
      protocol: 'imap',
      title: 'IMAP AUTHENTICATE',
      greeting: /^\* OK /,
      logIn: (session, secret) => session.ask(`a AUTHENTICATE PLAIN ${plain(secret)}`, /^a /),
      refusal: /^a NO \[AUTHENTICATIONFAILED\] /,
      welcome: /^a OK /m,
    },
    {
      protocol: 'pop3',
      title: 'POP3 USER and PASS',
      greeting: /^\+OK/,
      logIn: async (session, secret) => {
        await session.ask(`USER ${alice}`, /^\+OK/)
        return session.ask(`PASS ${secret}`, /^(\+OK|-ERR)/)
      },
      refusal: /^-ERR \[AUTH\] /,
      welcome: /^\+OK/,
    },
    {
      protocol: 'smtp',
      title: 'SMTP AUTH',
      greeting: /^220 /,
      logIn: (session, secret) => session.ask(`AUTH PLAIN ${plain(secret)}`, /^\d{3} /),
      refusal: /^535 5\.7\.8 /,
      welcome: /^235 /,
    },
  ]

  const converseWith = async (at: Front, { protocol, greeting }: Case, source: string) => {
    const session = await converse({ port: at(protocol, 'plain').port, source })
    await session.hear(greeting)
    if (protocol === 'smtp') await session.ask('EHLO client.test', /^250 /)
    return session
  }

  for (const [index, row] of cases.entries()) {
    test(`${row.title} is refused in the backend's own words, and the session takes another try`, async () => {
      const source = `127.0.40.${index + 1}`
      const direct = await converseWith(directFront(site), row, `127.0.41.${index + 1}`)
      const words = await row.logIn(direct, 'wrong')
      direct.close()
      const session = await converseWith(front.place, row, source)
      const refusal = await row.logIn(session, 'wrong')
      assert.match(refusal, row.refusal)
      assert.equal(refusal, words)
      assert.match(await row.logIn(session, password), row.welcome)
      session.close()
      const record = await front.relay.sessionOf(source)
      assert.equal(record.stage, 'relay')
      assert.equal(record.failure, undefined)
    })
  }
})
