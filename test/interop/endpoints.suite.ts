/** Backends that come and go. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { converse } from '../support/conversation.ts'
import { alice, type MailSite, password, startMailSite } from '../support/mail-site.ts'
import { freePort } from '../support/ports.ts'
import { type RelayFront, startRelayFront } from './relay-front.ts'

const secret = Buffer.from(`\0${alice}\0${password}`).toString('base64')

suite('endpoints that are down', () => {
  let site: MailSite
  let front: RelayFront<
    'imap' | 'pop3' | 'smtp' | 'mx' | 'lone-imap' | 'lone-pop3' | 'lone-smtp' | 'lone-mx'
  >
  before(async () => {
    site = await startMailSite()
    const { dovecot, postfix } = site
    const dead = await freePort()
    const either = (port: number, ...lines: readonly string[]) => [
      `proxy_pass either-${port};`,
      ...lines,
    ]
    const lone = [`proxy_pass 127.0.0.1:${dead};`]
    const upstreams = [
      dovecot.ports.imap,
      dovecot.ports.pop3,
      postfix.ports.submission,
      postfix.ports.mx,
    ].map(port => `upstream either-${port} { server 127.0.0.1:${dead}; server 127.0.0.1:${port}; }`)
    front = await startRelayFront(
      site,
      {
        imap: { protocol: 'imap', lines: either(dovecot.ports.imap) },
        pop3: { protocol: 'pop3', lines: either(dovecot.ports.pop3) },
        smtp: { protocol: 'smtp', lines: either(postfix.ports.submission) },
        mx: { protocol: 'smtp', lines: either(postfix.ports.mx, 'smtp_auth none;') },
        'lone-imap': { protocol: 'imap', lines: lone },
        'lone-pop3': { protocol: 'pop3', lines: lone },
        'lone-smtp': { protocol: 'smtp', lines: lone },
        'lone-mx': { protocol: 'smtp', lines: [...lone, 'smtp_auth none;'] },
      },
      upstreams,
    )
  })
  after(async () => {
    await front?.stop()
    await site?.stop()
  })

  interface Script {
    readonly name: 'imap' | 'pop3' | 'smtp' | 'mx'
    /** What is said, and what is waited for before it and after the last. */
    readonly lines: readonly (readonly [said: string, wanted: RegExp])[]
    readonly greeting: RegExp
    readonly served: RegExp
    readonly unserved: RegExp
  }
  const scripts: readonly Script[] = [
    {
      name: 'imap',
      greeting: /^\* OK /,
      lines: [[`a LOGIN ${alice} ${password}`, /^a /]],
      served: /^a OK /m,
      unserved: /^a NO \[UNAVAILABLE\] /,
    },
    {
      name: 'pop3',
      greeting: /^\+OK/,
      lines: [
        [`USER ${alice}`, /^\+OK/],
        [`PASS ${password}`, /^(\+OK|-ERR)/],
      ],
      served: /^\+OK/,
      unserved: /^-ERR \[SYS\/TEMP\] /,
    },
    {
      name: 'smtp',
      greeting: /^220 /,
      lines: [
        ['EHLO client.test', /^250 /],
        [`AUTH PLAIN ${secret}`, /^\d{3} /],
      ],
      served: /^235 /,
      unserved: /^454 4\.7\.0 /,
    },
    {
      name: 'mx',
      greeting: /^220 /,
      lines: [
        ['EHLO client.test', /^250 /],
        ['MAIL FROM:<sender@client.test>', /^250 /],
        [`RCPT TO:<${alice}>`, /^\d{3} /],
      ],
      served: /^250 /,
      unserved: /^451 4\.\d\.\d /,
    },
  ]

  const perform = async (port: number, { greeting, lines }: Script, source: string) => {
    const session = await converse({ port, source })
    await session.hear(greeting)
    let reply = ''
    for (const [said, wanted] of lines) reply = await session.ask(said, wanted)
    session.close()
    return reply
  }

  for (const [index, script] of scripts.entries()) {
    test(`${script.name}: every session reaches the endpoint that is up`, async () => {
      for (const turn of [1, 2, 3, 4]) {
        const source = `127.0.60.${index * 10 + turn}`
        assert.match(await perform(front.place(script.name).port, script, source), script.served)
      }
    })

    test(`${script.name}: with no endpoint up the fault is called temporary`, async () => {
      const source = `127.0.61.${index + 1}`
      const { port } = front.place(`lone-${script.name}`)
      assert.match(await perform(port, script, source), script.unserved)
      assert.equal((await front.relay.sessionOf(source)).failure, 'connect')
    })
  }
})
