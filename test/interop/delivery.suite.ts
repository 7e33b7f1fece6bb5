import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import {
  type Mail,
  type Outcome,
  readWithPython,
  type Security,
  sendWithCurl,
  sendWithPython,
  sendWithSwaks,
  type Visit,
} from '../support/clients.ts'
import { alice, bob, type MailSite, password, startMailSite } from '../support/mail-site.ts'
import { clientLine, dottedBody, type Letter, largeBody, letter, stored } from './messages.ts'
import { type RelayFront, startRelayFront } from './relay-front.ts'

const mebibyte = 1_048_576

suite('mail through the relay', () => {
  let site: MailSite
  let front: RelayFront<'imap' | 'pop3' | 'submission' | 'mx'>
  before(async () => {
    site = await startMailSite()
    const { dovecot, postfix } = site
    const noLogin = ['smtp_auth none;', `proxy_pass 127.0.0.1:${postfix.ports.mx};`]
    front = await startRelayFront(site, {
      imap: { protocol: 'imap', lines: [`proxy_pass 127.0.0.1:${dovecot.ports.imap};`] },
      pop3: { protocol: 'pop3', lines: [`proxy_pass 127.0.0.1:${dovecot.ports.pop3};`] },
      submission: {
        protocol: 'smtp',
        lines: [`proxy_pass 127.0.0.1:${postfix.ports.submission};`],
      },
      mx: { protocol: 'smtp', lines: noLogin },
    })
  })
  after(async () => {
    await front?.stop()
    await site?.stop()
  })

  type Send = (visit: Visit, mail: Mail, file: string) => Promise<Outcome>
  const senders: readonly {
    readonly title: string
    readonly to: 'submission' | 'mx'
    readonly security: Security
    readonly send: Send
  }[] = [
    { title: 'swaks in clear text', to: 'submission', security: 'plain', send: sendWithSwaks },
    { title: 'swaks after STARTTLS', to: 'submission', security: 'starttls', send: sendWithSwaks },
    { title: 'curl over TLS', to: 'submission', security: 'implicit', send: sendWithCurl },
    {
      title: 'Python after STARTTLS',
      to: 'submission',
      security: 'starttls',
      send: sendWithPython,
    },
    { title: 'curl in clear text', to: 'mx', security: 'plain', send: sendWithCurl },
    { title: 'swaks after STARTTLS', to: 'mx', security: 'starttls', send: sendWithSwaks },
    { title: 'Python after STARTTLS', to: 'mx', security: 'starttls', send: sendWithPython },
  ]

  const visitOf = (to: 'submission' | 'mx', security: Security, source: string): Visit => ({
    place: front.place(to, security),
    source,
    authority: site.authorityFile,
    ...(to === 'mx' ? {} : { login: { user: alice, password, method: 'PLAIN' } }),
  })

  const readBack = async (protocol: 'imap' | 'pop3', user: string, sent: Letter) => {
    await stored(site, sent)
    const found = await readWithPython(
      {
        ...{ place: front.place(protocol, 'starttls'), source: '127.0.21.1' },
        ...{ authority: site.authorityFile, login: { user, password, method: 'COMMAND' } },
      },
      sent.token,
    )
    assert.equal(found.length, 1)
    return found[0] ?? Buffer.alloc(0)
  }

  /** What was sent stands at the end, to the octet; before it only what the servers added. */
  const assertWhole = (received: Buffer, sent: Letter) => {
    const added = received.length - sent.message.length
    assert.ok(received.subarray(added).equals(sent.message), `${sent.token} was changed`)
    return received.subarray(0, added).toString()
  }

  for (const [index, { title, to, security, send }] of senders.entries()) {
    test(`${title} sends to ${to}, and the message is read back whole`, async () => {
      const source = `127.0.20.${index + 1}`
      const mail = letter(`small-${index}`, bob, dottedBody)
      const { ok, words } = await send(
        visitOf(to, security, source),
        mail,
        join(site.folder, `small-${index}.eml`),
      )
      assert.ok(ok, words)
      const head = assertWhole(await readBack('imap', bob, mail), mail)
      assertWhole(await readBack('pop3', bob, mail), mail)
      assert.match(head, new RegExp(`from client\\.test \\(unknown \\[${source}\\]\\)`))
      const line = await clientLine(site, mail)
      assert.ok(line.includes(`client=unknown[${source}]`), line)
      assert.equal(line.includes(`sasl_username=${alice}`), to === 'submission', line)
    })
  }

  for (const to of ['submission', 'mx'] as const) {
    test(`a message of 25 MiB goes through ${to} and back by IMAP and POP3 octet for octet`, async () => {
      const mail = letter(`large-${to}`, alice, largeBody(25 * mebibyte))
      const visit = visitOf(to, 'implicit', '127.0.20.100')
      const { ok, words } = await sendWithCurl(visit, mail, join(site.folder, `${to}.eml`))
      assert.ok(ok, words)
      assertWhole(await readBack('imap', alice, mail), mail)
      assertWhole(await readBack('pop3', alice, mail), mail)
    })
  }
})
