/** A relay that leaves with many sessions, in every state that there is. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { makeAuthority } from '../support/certificates.ts'
import { MailClient } from '../support/mail-client.ts'
import { backendFor, relayFor } from '../support/on-relay.ts'

const imap =
  'B: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] x\nP: /^a AUTHENTICATE /\nB: a OK in'
const pop3 = 'B: +OK ready\nP: /^USER /\nB: +OK\nP: /^PASS /\nB: +OK in'
const smtp = `B: 220 mx\nP: EHLO mail.example.com\nB: 250-mx\nB: 250 AUTH PLAIN
  P: /^AUTH PLAIN /\nB: 235 in`
/** What stands behind the login on each listener; the literal is `b` and its end. */
const scripts = {
  idle: `${imap}\nP: b IDLE\nB: + idling`,
  command: `${imap}\nP: b NOOP\nB: b OK done`,
  literal: `${imap}\nP: b APPEND INBOX {4}\nB: + go\nP: mail\nB: b OK stored`,
  deletion: `${pop3}\nP: DELE 1\nB: +OK marked\nP: QUIT\nB: +OK deleted\nEND`,
  data: `${smtp}\nP: DATA\nB: 354 go\nP: mail\nP: .\nB: 250 delivered`,
  between: smtp,
  before: pop3,
  handshake: imap,
} as const
type State = keyof typeof scripts

const bye = '* BYE [UNAVAILABLE] The server is leaving, connect again'
const closing = '421 4.3.2 The server is leaving, connect again'
const imapLogin = 'a LOGIN a b\r\n'
const smtpLogin = ['HELO c\r\n', 'AUTH PLAIN AGEAYg==\r\n'] as const

interface Course {
  /** What is said before; each but the last is answered, and the last where `answered`. */
  readonly says: readonly string[]
  readonly answered?: true
  /** Said at some time while the relay leaves. */
  readonly ends?: string
  /** All that is heard from then on. */
  readonly hears: readonly string[]
}

const courses: Readonly<Record<State, Course>> = {
  idle: { says: [imapLogin, 'b IDLE\r\n'], answered: true, hears: [bye, 'END'] },
  command: { says: [imapLogin, 'b NO'], ends: 'OP\r\n', hears: ['b OK done', bye, 'END'] },
  literal: {
    ...{ says: [imapLogin, 'b APPEND INBOX {4}\r\n', 'ma'], ends: 'il\r\n' },
    hears: ['b OK stored', bye, 'END'],
  },
  deletion: {
    ...{ says: ['USER a\r\n', 'PASS b\r\n', 'DELE 1\r\n'], answered: true, ends: 'QUIT\r\n' },
    hears: ['+OK deleted', 'END'],
  },
  data: {
    ...{ says: [...smtpLogin, 'DATA\r\n', 'mai'], ends: 'l\r\n.\r\n' },
    hears: ['250 delivered', closing, 'END'],
  },
  between: { says: smtpLogin, answered: true, hears: [closing, 'END'] },
  before: { says: [''], hears: ['-ERR [SYS/TEMP] The server is leaving, connect again', 'END'] },
  handshake: { says: ['\x16\x03\x01\x02\x00\x01'], hears: ['END'] },
}
const states: readonly State[] = Object.keys(courses).filter(name => name in scripts) as State[]

const each = 250
/** ms that the relay has, and the share of it over which clients are told. */
const window = 8_000
const telling = 0.8

async function start(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'postern-leave-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const keys = await (await makeAuthority()).issue(['mail.example.com'])
  writeFileSync(join(folder, 'tls.crt'), keys.certificate)
  writeFileSync(join(folder, 'tls.key'), keys.key)
  const servers: string[] = []
  const backends = new Map<State, Awaited<ReturnType<typeof backendFor>>>()
  for (const state of states) {
    const backend = await backendFor(t, scripts[state])
    backends.set(state, backend)
    const protocol = /^B: (\S)/.exec(scripts[state])?.[1]
    const name = protocol === '*' ? 'imap' : protocol === '+' ? 'pop3' : 'smtp'
    const ssl = state === 'handshake' ? 'ssl' : ''
    servers.push(
      `server { listen {${state}} ${ssl}; protocol ${name}; proxy_pass 127.0.0.1:${backend.port}; }`,
    )
  }
  const here = await relayFor(
    t,
    `proxy_identity off; xclient off; imap_auth plain; error_log stderr error;
     ssl_certificate ${folder}/tls.crt; ssl_certificate_key ${folder}/tls.key;
     ${servers.join('\n')}`,
  )
  return { here, backends }
}

async function arrive(port: number, state: State): Promise<MailClient> {
  const { says, answered } = courses[state]
  const client = await MailClient.open(port)
  if (state !== 'handshake') await client.line()
  for (const [at, text] of says.entries()) {
    client.say(text)
    if (at < says.length - 1 || answered) await reply(client)
  }
  return client
}

/** The last line of an answer, which may have several. */
async function reply(client: MailClient): Promise<void> {
  while (/^\d{3}-/.test(await client.line()));
}

it('2,000 sessions in all states lose no mail and no deletion, and are told one after the other', async t => {
  const { here, backends } = await start(t)
  const sessions: { readonly state: State; readonly client: MailClient }[] = []
  for (let i = 0; i < each; i++) {
    const clients = states.map(async state => {
      sessions.push({ state, client: await arrive(here.port(state), state) })
    })
    await Promise.all(clients)
  }
  assert.equal(here.relay.shared.sessions.size, each * states.length)

  const began = performance.now()
  const told: number[] = []
  const follow = async ({ state, client }: (typeof sessions)[number]) => {
    const { ends, hears } = courses[state]
    if (ends !== undefined) {
      await pause(Math.random() * window * 0.9)
      client.say(ends)
    }
    const heard = await client.lines(hears.length - 1)
    if (ends === undefined && heard.length > 0) told.push(performance.now() - began)
    const last = await client.line()
    assert.deepEqual([...heard, last], hears, state)
    client.end()
  }
  const followed = Promise.all(sessions.map(follow))
  await here.leave(window)
  await followed

  for (const [state, { surprises }] of backends) {
    if (state !== 'handshake') assert.deepEqual(surprises, [], state)
  }
  const lastOf = (state: State, line: string) =>
    backends.get(state)?.heard.filter(heard => heard === line).length
  assert.equal(lastOf('deletion', 'QUIT'), each)
  assert.equal(lastOf('data', '.'), each)
  // Those that are told when their turn comes: as many in each eighth of the time.
  const parts = new Array<number>(8).fill(0)
  for (const at of told) {
    const part = Math.min(7, Math.floor((at / (window * telling)) * 8))
    parts[part] = (parts[part] ?? 0) + 1
  }
  const fair = told.length / 8
  for (const part of parts) assert.ok(part > fair / 2 && part < fair * 1.6, `${parts}`)
})
