/** The leg to the backend in clear text, by STARTTLS and by TLS, verified and not. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { ProtocolName } from '../../src/words/protocol-name.ts'
import { type Login, logInWithPython } from '../support/clients.ts'
import { alice, backendName, type MailSite, password, startMailSite } from '../support/mail-site.ts'
import { type Block, type RelayFront, startRelayFront } from './relay-front.ts'

type Leg = 'clear' | 'tls'

interface Case {
  readonly title: string
  readonly leg: Leg
  readonly lines: readonly string[]
  /** Whether the leg carries TLS; `refused`: no login may go over it. */
  readonly secure: boolean | 'refused'
}

const verified = ['proxy_ssl_verify on;', `proxy_ssl_name ${backendName};`]
const misnamed = ['proxy_ssl_verify on;', 'proxy_ssl_name other.mail.svc;']

const cases: readonly Case[] = [
  { title: 'off', leg: 'clear', lines: [], secure: false },
  { title: 'auto', leg: 'clear', lines: ['proxy_ssl auto;'], secure: true },
  { title: 'starttls', leg: 'clear', lines: ['proxy_ssl starttls;'], secure: true },
  {
    title: 'starttls, verified',
    leg: 'clear',
    lines: ['proxy_ssl starttls;', ...verified],
    secure: true,
  },
  { title: 'on', leg: 'tls', lines: ['proxy_ssl on;'], secure: true },
  { title: 'on, verified', leg: 'tls', lines: ['proxy_ssl on;', ...verified], secure: true },
  {
    title: 'starttls, with a certificate of another name',
    ...{ leg: 'clear', lines: ['proxy_ssl starttls;', ...misnamed], secure: 'refused' },
  },
  {
    title: 'on, with a certificate of another name',
    ...{ leg: 'tls', lines: ['proxy_ssl on;', ...misnamed], secure: 'refused' },
  },
]

const protocols = ['imap', 'pop3', 'smtp'] as const
const temporary = {
  imap: /\[UNAVAILABLE\]/,
  pop3: /\[SYS\/TEMP\]/,
  smtp: /454, b'4\.7\.0/,
} as const

suite('TLS to the backend', () => {
  let site: MailSite
  let front: RelayFront<string>
  before(async () => {
    site = await startMailSite()
    const ports = portsOf(site)
    const blocks: Record<string, Block> = {}
    for (const protocol of protocols) {
      for (const { title, leg, lines } of cases) {
        const to = `proxy_pass 127.0.0.1:${ports[protocol][leg]};`
        blocks[nameOf(protocol, title)] = { protocol, lines: [to, ...lines] }
      }
    }
    front = await startRelayFront(site, blocks)
  })
  after(async () => {
    await front?.stop()
    await site?.stop()
  })

  const logIn = (protocol: ProtocolName, title: string, source: string) => {
    const method = protocol === 'smtp' ? 'PLAIN' : 'COMMAND'
    const login: Login = { user: alice, password, method }
    const place = front.place(nameOf(protocol, title))
    return logInWithPython({ place, source, authority: site.authorityFile, login })
  }

  for (const [row, protocol] of protocols.entries()) {
    for (const [column, { title, secure }] of cases.entries()) {
      const source = `127.0.50.${row * cases.length + column + 1}`
      if (secure === 'refused') {
        test(`${protocol}, ${title}: no login goes over it, and no one is asked for a new password`, async () => {
          const { ok, words } = await logIn(protocol, title, source)
          assert.equal(ok, false)
          assert.match(words, temporary[protocol])
          const session = await front.relay.sessionOf(source)
          assert.equal(session.failure, 'tls')
        })
        continue
      }
      test(`${protocol}, ${title}: the leg is ${secure ? 'encrypted' : 'clear text'}, and says so`, async () => {
        const { ok, words } = await logIn(protocol, title, source)
        assert.ok(ok, words)
        assert.equal((await front.relay.sessionOf(source)).backendTls, secure)
        if (protocol === 'smtp') return
        const login = await site.dovecot.logged(new RegExp(`Login: .*rip=${source},`))
        assert.equal(login.includes(', TLS,'), secure, login)
      })
    }
  }
})

function portsOf({ dovecot, postfix }: MailSite) {
  return {
    imap: { clear: dovecot.ports.imap, tls: dovecot.ports.imaps },
    pop3: { clear: dovecot.ports.pop3, tls: dovecot.ports.pop3s },
    smtp: { clear: postfix.ports.submission, tls: postfix.ports.submissions },
  }
}

function nameOf(protocol: ProtocolName, title: string): string {
  return `${protocol}-${title.replaceAll(/[^a-z]+/g, '-')}`
}
