/** Second messages against Exim: by itself, behind nginx, and behind us. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { type Exim, eximParts, requireExim, startExim } from '../support/exim.ts'
import { bob, type MailSite, startMailSite } from '../support/mail-site.ts'
import { nginxParts } from '../support/nginx.ts'
import { requireParts } from '../support/programs.ts'
import { type RelayFront, startRelayFront } from './relay-front.ts'
import { type Attempt, behindEnd, type End, ends, inChunk } from './smuggling-attempts.ts'
import {
  make,
  makeInsideTls,
  type NginxFront,
  patienceForAll,
  startNginxFront,
} from './smuggling-fronts.ts'

type Door = 'mx' | 'unchunked' | 'small'
const ways = ['direct', 'nginx', 'postern'] as const
type Way = (typeof ways)[number]

interface Case {
  readonly attempt: Attempt
  readonly door: Door
  readonly works: readonly Way[]
}

const isEnd = (name: string): name is End => name in ends

const cases: readonly Case[] = [
  // Debian's Exim has the cure of 2023; what is shown is that nothing comes of us in its place.
  ...Object.keys(ends)
    .filter(isEnd)
    .map(end => ({ attempt: behindEnd(end, bob), door: 'mx' as const, works: [] })),
  {
    attempt: inChunk('a message as the chunk of a BDAT that the server does not know', 600, bob),
    door: 'unchunked',
    works: ['direct', 'nginx'],
  },
  {
    attempt: inChunk('a message as the chunk of a BDAT beyond SIZE', 2_000, bob),
    door: 'small',
    works: [],
  },
]

suite('smuggling to Exim', () => {
  let site: MailSite
  let exim: Exim
  let nginx: NginxFront
  let front: RelayFront<Door>
  before(async () => {
    requireExim()
    requireParts([...nginxParts, ...eximParts])
    site = await startMailSite()
    const folder = join(site.folder, 'exim')
    mkdirSync(folder)
    exim = await startExim(folder, site.tls)
    const backend = (door: Door) => ({ port: exim.ports[door], login: false, identity: false })
    nginx = await startNginxFront(mkdtempSync(join(site.folder, 'nginx-')), {
      mx: backend('mx'),
      unchunked: backend('unchunked'),
      small: backend('small'),
    })
    const block = (door: Door) => ({
      protocol: 'smtp' as const,
      lines: ['smtp_auth none;', 'xclient off;', `proxy_pass 127.0.0.1:${exim.ports[door]};`],
    })
    front = await startRelayFront(site, {
      mx: block('mx'),
      unchunked: block('unchunked'),
      small: block('small'),
    })
  })
  after(async () => {
    await front?.stop()
    await nginx?.stop()
    await exim?.stop()
    await site?.stop()
  })

  const visitor = (way: Way, door: Door) => ({
    port: {
      direct: exim.ports[door],
      nginx: nginx.port(door),
      postern: front.place(door).port,
    }[way],
    source: '127.0.42.1',
    login: false,
  })
  /** Exim writes the line of a message before it says that it took it. */
  const arrived = (token: string) => exim.log().includes(`<= ${token}@client.test`)

  for (const [index, { attempt, door, works }] of cases.entries()) {
    for (const way of ways) {
      const does = works.includes(way) ? 'works' : 'does not work'
      test(`${attempt.title} ${does} on ${door}, ${way}`, { timeout: patienceForAll }, async () => {
        const token = `smuggled-${index}-${way}`
        const heard = await make(attempt, token, visitor(way, door))
        assert.equal(arrived(token), works.includes(way), heard)
      })
    }
  }

  for (const way of ['nginx', 'postern'] as const) {
    const does = way === 'nginx' ? 'is opened' : 'is refused'
    test(`a tunnel by STARTTLS behind the first RCPT ${does}, ${way}`, {
      timeout: patienceForAll,
    }, async () => {
      const heard = await makeInsideTls(`tunnel-${way}`, visitor(way, 'mx'))
      assert.match(heard, way === 'nginx' ? /^220 TLS go ahead/ : /^50[23] /)
    })
  }

  test('an honest message arrives through us', async () => {
    const honest = {
      title: '',
      text: (token: string) =>
        `RSET\r\nMAIL FROM:<${token}@client.test>\r\nRCPT TO:<${bob}>\r\nDATA\r\n\r\n.\r\nQUIT\r\n`,
    }
    const heard = await make(honest, 'honest', visitor('postern', 'mx'))
    assert.ok(arrived('honest'), heard)
  })
})
