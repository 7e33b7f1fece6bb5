/** Second messages and foreign commands against Postfix: by itself, behind nginx, and behind us. */
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { alice, bob, type MailSite, startMailSite } from '../support/mail-site.ts'
import { nginxParts } from '../support/nginx.ts'
import { requireParts } from '../support/programs.ts'
import { clientLine } from './messages.ts'
import { type RelayFront, startRelayFront } from './relay-front.ts'
import {
  type Attempt,
  asTail,
  asUser,
  behindEnd,
  behindRefusedData,
  forgedAddress,
  inChunk,
  spelled,
  spellings,
} from './smuggling-attempts.ts'
import {
  type Backend,
  make,
  makeInsideTls,
  type NginxFront,
  patienceForAll,
  startNginxFront,
} from './smuggling-fronts.ts'

const doors = ['mx', 'submission', 'unchunked', 'small'] as const
type Door = (typeof doors)[number]
const ways = ['direct', 'nginx', 'postern'] as const
type Way = (typeof ways)[number]

interface Case {
  readonly attempt: Attempt
  readonly door: Door
  /** Where it works. */
  readonly works: readonly Way[]
  /** What shows that it did, in the line that names a message's client; any such line unless said. */
  readonly sign?: string
}

const both: readonly Way[] = ['direct', 'nginx']

const cases: readonly Case[] = [
  ...(['LF dot LF', 'LF dot CRLF', 'CRLF dot LF'] as const).map(end => ({
    attempt: behindEnd(end, bob),
    door: 'mx' as const,
    works: both,
  })),
  ...(
    ['CR dot CR', 'CRLF dot CR', 'LF dot CR', 'CRLF NUL dot CRLF', 'CRLF dot NUL CRLF'] as const
  ).map(end => ({ attempt: behindEnd(end, bob), door: 'mx' as const, works: [] })),
  // This Postfix hangs up, or swallows the chunk itself.
  {
    attempt: inChunk('a message as the chunk of a BDAT that the server does not know', 600, bob),
    door: 'unchunked',
    works: [],
  },
  {
    attempt: inChunk('a message as the chunk of a BDAT beyond SIZE', 2_000, bob),
    door: 'small',
    works: [],
  },
  // A stranger's XCLIENT is refused; it works where a front is believed.
  ...spellings.map(spelling => ({
    attempt: spelled(spelling, bob),
    door: 'mx' as const,
    works: ['nginx' as const],
    sign: forgedAddress,
  })),
  ...(['XCLIENT ', '\tXCLIENT '] as const).map(spelling => ({
    attempt: behindRefusedData(spelling, bob),
    door: 'mx' as const,
    works: ['nginx' as const],
    sign: forgedAddress,
  })),
  // Other versions of Postfix cut there, or read on behind the NUL.
  ...[asTail(2_048, bob), asTail(4_096, bob), spelled('XCLIENT\0 ', bob)].map(attempt => ({
    attempt,
    door: 'mx' as const,
    works: [],
    sign: forgedAddress,
  })),
  ...(['XCLIENT ', ' xclient ', '\tXCLIENT '] as const).map(spelling => ({
    attempt: asUser(spelling, bob, bob),
    door: 'submission' as const,
    works: ['nginx' as const],
    sign: `sasl_username=${bob}`,
  })),
]

suite('smuggling to Postfix', () => {
  let site: MailSite
  let nginx: NginxFront
  let front: RelayFront<Door>
  before(async () => {
    requireParts(nginxParts)
    site = await startMailSite()
    const { ports } = site.postfix
    const backend = (door: Door): Backend => ({
      port: ports[door],
      login: door === 'submission',
      identity: false,
    })
    const block = (door: Door) => ({
      protocol: 'smtp' as const,
      lines: [
        door === 'submission' ? 'smtp_auth plain;' : 'smtp_auth none;',
        // The backend sees the front's address, whose XCLIENT it believes.
        'xclient off;',
        `proxy_pass 127.0.0.1:${ports[door]};`,
      ],
    })
    front = await startRelayFront(site, {
      mx: block('mx'),
      submission: block('submission'),
      unchunked: block('unchunked'),
      small: block('small'),
    })
    nginx = await startNginxFront(mkdtempSync(join(site.folder, 'nginx-')), {
      mx: backend('mx'),
      submission: backend('submission'),
      unchunked: backend('unchunked'),
      small: backend('small'),
    })
  })
  after(async () => {
    await nginx?.stop()
    await front?.stop()
    await site?.stop()
  })

  let sessions = 0
  const visitor = (way: Way, door: Door) => ({
    port: {
      direct: site.postfix.ports[door],
      nginx: nginx.port(door),
      postern: front.place(door).port,
    }[way],
    source: `127.0.40.${(sessions++ % 250) + 1}`,
    login: door === 'submission',
  })

  /** Whether a message of that token arrived, and its client's line has the sign. */
  const arrived = async (token: string, sign = '') => {
    // Whatever was logged before this message is there once its own line is.
    const fence = `fence-${token}`
    await make({ title: '', text: own => `RSET\r\n${honest(own)}QUIT\r\n` }, fence, {
      port: site.postfix.ports.mx,
      source: '127.0.41.1',
      login: false,
    })
    await clientLine(site, { token: fence, from: '', to: '', message: Buffer.alloc(0) })
    if (!site.postfix.log().includes(`message-id=<${token}@client.test>`)) return false
    const line = await clientLine(site, { token, from: '', to: '', message: Buffer.alloc(0) })
    return line.includes(sign)
  }

  for (const [index, { attempt, door, works, sign }] of cases.entries()) {
    for (const way of ways) {
      const does = works.includes(way) ? 'works' : 'does not work'
      test(`${attempt.title} ${does} on ${door}, ${way}`, { timeout: patienceForAll }, async () => {
        const token = `smuggled-${index}-${way}`
        const heard = await make(attempt, token, visitor(way, door))
        assert.equal(await arrived(token, sign), works.includes(way), heard)
      })
    }
  }

  for (const way of ['nginx', 'postern'] as const) {
    const does = way === 'nginx' ? 'works' : 'does not work'
    test(`STARTTLS behind the first RCPT as a tunnel ${does}, ${way}`, {
      timeout: patienceForAll,
    }, async () => {
      const token = `tunnel-${way}`
      const heard = await makeInsideTls(token, visitor(way, 'mx'))
      assert.equal(await arrived(token, forgedAddress), way === 'nginx', heard)
    })
  }
})

function honest(token: string): string {
  return (
    `MAIL FROM:<${token}@client.test>\r\nRCPT TO:<${alice}>\r\nDATA\r\n` +
    `Message-ID: <${token}@client.test>\r\n\r\n.\r\n`
  )
}
