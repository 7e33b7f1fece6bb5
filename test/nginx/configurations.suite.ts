/** Whole files as people have them run under both, with the same meaning; only the ports are ours. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import type { ProtocolName } from '../../src/words/protocol-name.ts'
import { makeAuthority } from '../support/certificates.ts'
import { nginxMain } from '../support/nginx.ts'
import { headers } from '../support/nginx-auth.ts'
import { type Dialogue, freshAddress, perform } from '../support/nginx-dialogue.ts'
import { type Pair, startPair } from '../support/nginx-pair.ts'
import { farewell } from './commands.ts'
import { exceptions } from './exceptions.ts'
import { afterwards, logins, nextLogin, plainResponse, recipients, usualLogin } from './logins.ts'

const folder = new URL('./conf/', import.meta.url)

/** The file, with ports that are free here. */
function placed(file: string): string {
  const text = readFileSync(new URL(file, folder), 'utf8')
  const moved = text
    .replaceAll(/\blisten (\d+)/g, 'listen 127.0.0.1:{port-$1}')
    .replaceAll(/127\.0\.0\.1:9000/g, '127.0.0.1:{auth}')
  return `${nginxMain}${moved}`
}

/** What lies beside a file. */
const beside: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'included.conf': {
    'mail.d/10-names.conf': 'server_name mail.example.com;',
    'mail.d/20-lists.conf': 'imap_capabilities A;\nimap_capabilities B; # behind A',
    'mail.d/30-none.txt': 'this is no directive',
    'imap.conf': 'protocol imap;\ninclude more.conf;',
    'more.conf': 'imap_auth \'plain\' "cram-md5";',
    'pop3.conf': 'pop3_capabilities "C" D;',
  },
}

const withPassword = headers(
  ...['Auth-Status: OK', 'Auth-Server: 127.0.0.1', 'Auth-Port: {port}', 'Auth-Pass: known'],
)
const denied = headers('Auth-Status: Invalid login or password', 'Auth-Wait: 1')

/** A conversation at a port; `shows`: a certificate of the authority, one of another, or none. */
interface Visit {
  readonly port: number
  readonly lines: readonly string[]
  readonly shows?: 'alice' | 'a stranger'
  readonly denies?: true
  readonly refuses?: string
}

const protocolOf: ReadonlyMap<number, ProtocolName> = new Map([
  [25, 'smtp'],
  [110, 'pop3'],
  [143, 'imap'],
  [465, 'smtp'],
  [587, 'smtp'],
  [993, 'imap'],
  [995, 'pop3'],
  [1110, 'pop3'],
  [1143, 'imap'],
])
const implicit: ReadonlySet<number> = new Set([465, 993, 995])
const upgrade: Readonly<Record<ProtocolName, readonly string[]>> = {
  imap: ['s CAPABILITY', 's STARTTLS', 'TLS', 's CAPABILITY'],
  pop3: ['CAPA', 'STLS', 'TLS', 'CAPA'],
  smtp: ['EHLO client.test', 'STARTTLS', 'TLS', 'EHLO client.test'],
}

function loginsAt(port: number, before: readonly string[] = []): readonly Visit[] {
  const protocol = protocolOf.get(port) ?? 'smtp'
  const usual = [...before, ...usualLogin[protocol]]
  return [
    ...logins[protocol].map(([, lines]) => ({ port, lines: [...before, ...lines] })),
    { port, lines: usual },
    { port, lines: [...usual, ...nextLogin[protocol]], denies: true },
  ]
}

const external = 'YWxpY2U='
const mail = recipients[0]?.[1] ?? []

const visits: Readonly<Record<string, readonly Visit[]>> = {
  'three-protocols.conf': [25, 110, 143].flatMap(port => loginsAt(port)),
  'starttls.conf': [
    ...[465, 993, 995].flatMap(port => loginsAt(port)),
    ...[110, 143, 587].flatMap(port => {
      const before = upgrade[protocolOf.get(port) ?? 'smtp']
      return loginsAt(port, before)
    }),
    { port: 110, lines: ['CAPA', ...usualLogin.pop3] },
    { port: 587, lines: usualLogin.smtp },
  ],
  'mx.conf': [
    ...recipients.map(([, lines]) => ({ port: 25, lines })),
    { port: 25, lines: [...upgrade.smtp, ...mail] },
    { port: 25, lines: [...mail, 'RCPT TO:<carol@example.com>'], denies: true },
    { port: 25, lines: mail, refuses: '550 5.1.1 no such user' },
    { port: 25, lines: ['EHLO client.test', `AUTH PLAIN ${plainResponse}`] },
  ],
  'inherited.conf': [
    ...[110, 143, 587, 1110, 1143].flatMap(port => loginsAt(port)),
    ...[143, 1143].map(port => ({ port, lines: ['a CAPABILITY', 'x', 'y', 'z', 'b NOOP'] })),
    ...[110, 1110].map(port => ({ port, lines: ['CAPA', 'AUTH', 'STAT', 'STAT', 'STAT'] })),
    ...[25, 587].map(port => ({ port, lines: ['EHLO client.test', 'x', 'x', 'x'] })),
    ...recipients.map(([, lines]) => ({ port: 25, lines })),
  ],
  'included.conf': [
    ...[110, 143].flatMap(port => loginsAt(port)),
    { port: 143, lines: ['a CAPABILITY'] },
    { port: 110, lines: ['CAPA'] },
  ],
  'client-certificates.conf': [
    ...(['alice', 'a stranger', undefined] as const).flatMap(who => [
      { port: 993, lines: [`a AUTHENTICATE EXTERNAL ${external}`], ...(who && { shows: who }) },
      { port: 993, lines: ['a LOGIN alice secret'], ...(who && { shows: who }) },
      { port: 995, lines: [`AUTH EXTERNAL ${external}`], ...(who && { shows: who }) },
      { port: 995, lines: usualLogin.pop3, ...(who && { shows: who }) },
      {
        port: 587,
        lines: [...upgrade.smtp, `AUTH EXTERNAL ${external}`],
        ...(who && { shows: who }),
      },
    ]),
  ],
}

for (const file of readdirSync(folder)) {
  suite(file, () => {
    test('means the same to both', async t => {
      const pair = await startPair(placed(file), beside[file])
      t.after(() => pair.stop())
      const stranger = await (await makeAuthority('Another')).issue(['alice'])
      const all = visits[file] ?? []
      assert.ok(all.length > 0)
      const keysOf = { alice: pair.clientKeys, 'a stranger': stranger }
      await Promise.all(
        all.map(visit => {
          const keys = visit.shows && keysOf[visit.shows]
          return same(pair, { ...dialogueOf(visit), ...(keys && { keys }) })
        }),
      )
    })
  })
}

function dialogueOf({ denies, lines, port, refuses }: Visit): Dialogue {
  const protocol = protocolOf.get(port) ?? 'smtp'
  return {
    ...{ title: '', protocol, door: `port-${port}`, implicitTls: implicit.has(port) },
    lines: [...lines, ...(denies ? [] : afterwards[protocol]), farewell[protocol]],
    answers: [denies ? denied : withPassword],
    manners: refuses === undefined ? {} : { RCPT: refuses },
  }
}

async function same(pair: Pair, dialogue: Dialogue): Promise<void> {
  const from = freshAddress()
  const [nginx, postern] = await Promise.all([
    perform(pair.nginx, dialogue, 'line by line', from),
    perform(pair.postern, dialogue, 'line by line', from),
  ])
  const concerned = exceptions.filter(one => one.concerns(dialogue, 'line by line'))
  const expected = concerned.reduce(
    (outcome, one) => one.mend?.(outcome, dialogue) ?? outcome,
    nginx,
  )
  assert.deepEqual(postern, expected)
}
