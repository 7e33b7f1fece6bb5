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
import { converse } from '../support/conversation.ts'
import { alice, bob, type MailSite, password, startMailSite } from '../support/mail-site.ts'
import { clientLine, dottedBody, type Letter, largeBody, letter, stored } from './messages.ts'
import { type Block, type RelayFront, startRelayFront } from './relay-front.ts'

const mebibyte = 1_048_576

/** The same with TLS to the backend. */
const encrypted = ({ protocol, lines }: Block): Block => ({
  protocol,
  lines: [...lines, 'proxy_ssl starttls;'],
})

suite('mail through the relay', () => {
  let site: MailSite
  let front: RelayFront<
    'imap' | 'pop3' | 'submission' | 'mx' | `${'imap' | 'pop3' | 'submission' | 'mx'}-encrypted`
  >
  before(async () => {
    site = await startMailSite()
    const { dovecot, postfix } = site
    const blocks = {
      imap: { protocol: 'imap', lines: [`proxy_pass 127.0.0.1:${dovecot.ports.imap};`] },
      pop3: { protocol: 'pop3', lines: [`proxy_pass 127.0.0.1:${dovecot.ports.pop3};`] },
      submission: {
        protocol: 'smtp',
        lines: [`proxy_pass 127.0.0.1:${postfix.ports.submission};`],
      },
      mx: {
        protocol: 'smtp',
        lines: ['smtp_auth none;', `proxy_pass 127.0.0.1:${postfix.ports.mx};`],
      },
    } as const
    front = await startRelayFront(site, {
      ...blocks,
      'imap-encrypted': encrypted(blocks.imap),
      'pop3-encrypted': encrypted(blocks.pop3),
      'submission-encrypted': encrypted(blocks.submission),
      'mx-encrypted': encrypted(blocks.mx),
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

  type Entry = 'submission' | 'mx'
  const visitOf = (
    to: Entry | `${Entry}-encrypted`,
    security: Security,
    source: string,
  ): Visit => ({
    place: front.place(to, security),
    ...{ source, authority: site.authorityFile },
    ...(to.startsWith('mx') ? {} : { login: { user: alice, password, method: 'PLAIN' } }),
  })

  type Exit = 'imap' | 'pop3'
  const readBack = async (
    from: Exit | `${Exit}-encrypted`,
    user: string,
    security: Security,
    sent: Letter,
  ) => {
    await stored(site, sent)
    const found = await readWithPython(
      {
        ...{ place: front.place(from, security), source: '127.0.21.1' },
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
      const head = assertWhole(await readBack('imap', bob, 'starttls', mail), mail)
      assertWhole(await readBack('pop3', bob, 'starttls', mail), mail)
      assert.match(head, new RegExp(`from client\\.test \\(unknown \\[${source}\\]\\)`))
      const line = await clientLine(site, mail)
      assert.ok(line.includes(`client=unknown[${source}]`), line)
      assert.equal(line.includes(`sasl_username=${alice}`), to === 'submission', line)
    })
  }

  const legs = [
    { title: 'over clear text', suffix: '', security: 'plain' },
    { title: 'over TLS from the client', suffix: '', security: 'implicit' },
    { title: 'over TLS to the backend', suffix: '-encrypted', security: 'plain' },
    { title: 'over TLS on both sides', suffix: '-encrypted', security: 'starttls' },
  ] as const
  for (const [index, { title, suffix, security }] of legs.entries()) {
    for (const to of ['submission', 'mx'] as const) {
      test(`25 MiB go through ${to} and back by IMAP and POP3 ${title}, octet for octet`, async () => {
        const mail = letter(`large-${to}-${index}`, alice, largeBody(25 * mebibyte))
        const visit = visitOf(`${to}${suffix}`, security, '127.0.20.100')
        const { ok, words } = await sendWithCurl(visit, mail, join(site.folder, 'large.eml'))
        assert.ok(ok, words)
        assertWhole(await readBack(`imap${suffix}`, alice, security, mail), mail)
        assertWhole(await readBack(`pop3${suffix}`, alice, security, mail), mail)
      })
    }
  }

  test('a transaction that comes in one segment is answered in order, and only good recipients get it', async () => {
    const mail = letter('pipelined', alice, dottedBody)
    const smtp = await converse({ port: front.place('mx').port, source: '127.0.20.120' })
    await smtp.hear(/^220 /)
    await smtp.ask('EHLO client.test', /^250 /)
    const commands = [
      'MAIL FROM:<sender@client.test>',
      `RCPT TO:<${alice}>`,
      'RCPT TO:<nobody@example.com>',
      `RCPT TO:<${bob}>`,
      'DATA',
    ]
    const replies = await smtp.ask(commands.join('\r\n'), /^354 /)
    assert.deepEqual(replies.match(/^\d{3}/gm), ['250', '250', '550', '250', '354'])
    const body = mail.message.toString('latin1').replaceAll(/^\./gm, '..')
    const rest = await smtp.ask(`${body}.\r\nNOOP\r\nQUIT`, /^221 /)
    assert.deepEqual(rest.match(/^\d{3}/gm), ['250', '250', '221'])
    assertWhole(await readBack('imap', alice, 'plain', mail), mail)
    assertWhole(await readBack('pop3', bob, 'plain', mail), mail)
  })

  test('a session that idles is told of new mail at once', async () => {
    const imap = await converse({ port: front.place('imap').port, source: '127.0.20.121' })
    await imap.hear(/^\* OK /)
    await imap.ask(`a LOGIN ${bob} ${password}`, /^a OK /)
    await imap.ask('b SELECT INBOX', /^b OK /)
    await imap.ask('c IDLE', /^\+ /)
    const mail = letter('pushed', bob, dottedBody)
    const file = join(site.folder, 'pushed.eml')
    const sent = await sendWithCurl(visitOf('mx', 'plain', '127.0.20.122'), mail, file)
    assert.ok(sent.ok, sent.words)
    await imap.hear(/^\* \d+ EXISTS/)
    await imap.ask('DONE', /^c OK /)
    imap.close()
  })
})
