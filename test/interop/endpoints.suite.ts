/** Backends that come and go. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { converse } from '../support/conversation.ts'
import type { Dovecot } from '../support/dovecot.ts'
import { alice, type MailSite, password, startMailSite } from '../support/mail-site.ts'
import { freePort } from '../support/ports.ts'
import { type RelayFront, startRelayFront } from './relay-front.ts'

const secret = Buffer.from(`\0${alice}\0${password}`).toString('base64')

suite('endpoints that are down', () => {
  let site: MailSite
  let doomed: Dovecot
  let front: RelayFront<
    'imap' | 'pop3' | 'smtp' | 'mx' | 'lone-imap' | 'lone-pop3' | 'lone-smtp' | 'lone-mx' | 'doomed'
  >
  let dead: number
  const blocks = ({ imap, pop3, submission, mx, doomed }: Readonly<Record<string, number>>) => {
    const either = (port = 0, ...lines: readonly string[]) => [
      `proxy_pass either-${port};`,
      ...lines,
    ]
    const lone = (port = 0, ...lines: readonly string[]) => [
      `proxy_pass 127.0.0.1:${port};`,
      ...lines,
    ]
    return {
      imap: { protocol: 'imap', lines: either(imap) },
      pop3: { protocol: 'pop3', lines: either(pop3) },
      smtp: { protocol: 'smtp', lines: either(submission) },
      mx: { protocol: 'smtp', lines: either(mx, 'smtp_auth none;') },
      'lone-imap': { protocol: 'imap', lines: lone(dead) },
      'lone-pop3': { protocol: 'pop3', lines: lone(dead) },
      'lone-smtp': { protocol: 'smtp', lines: lone(dead) },
      'lone-mx': { protocol: 'smtp', lines: lone(dead, 'smtp_auth none;') },
      doomed: { protocol: 'imap', lines: lone(doomed) },
    } as const
  }
  before(async () => {
    site = await startMailSite()
    doomed = await site.startDovecot({})
    dead = await freePort()
    const ports = {
      imap: site.dovecot.ports.imap,
      pop3: site.dovecot.ports.pop3,
      submission: site.postfix.ports.submission,
      mx: site.postfix.ports.mx,
    }
    const upstreams = Object.values(ports).map(
      port => `upstream either-${port} { server 127.0.0.1:${dead}; server 127.0.0.1:${port}; }`,
    )
    front = await startRelayFront(site, blocks({ ...ports, doomed: doomed.ports.imap }), upstreams)
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

  test('a session ends with its backend, and who comes then is told to try again', async () => {
    const { port } = front.place('doomed')
    const idle = await converse({ port, source: '127.0.62.1' })
    await idle.hear(/^\* OK /)
    await idle.ask(`a LOGIN ${alice} ${password}`, /^a OK /)
    await doomed.stop()
    await idle.ended()
    assert.equal((await front.relay.sessionOf('127.0.62.1')).ended, 'backend')
    const late = await converse({ port, source: '127.0.62.2' })
    await late.hear(/^\* OK /)
    assert.match(await late.ask(`a LOGIN ${alice} ${password}`, /^a /), /^a NO \[UNAVAILABLE\] /)
    late.close()
  })
})
