/**
 * Sessions in every state that there is, many of each, and a relay that they run through: to see what
 * becomes of them when it leaves, or when its configuration changes.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { makeAuthority } from './certificates.ts'
import { type HalfHello, halfHello } from './half-hello.ts'
import { MailClient } from './mail-client.ts'
import { backendFor, relayFor } from './on-relay.ts'
import type { RunningRelay } from './running-relay.ts'
import type { ScriptedBackend } from './scripted-backend.ts'

const imap =
  'B: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] x\nP: /^a AUTHENTICATE /\nB: a OK in'
const pop3 = 'B: +OK ready\nP: /^USER /\nB: +OK\nP: /^PASS /\nB: +OK in'
const smtp = `B: 220 mx\nP: EHLO mail.example.com\nB: 250-mx\nB: 250 AUTH PLAIN
  P: /^AUTH PLAIN /\nB: 235 in`

/** What the backend of each state says and hears; behind it, it gives back what it is sent. */
const scripts = {
  idle: `${imap}\nP: b IDLE\nB: + idling`,
  command: `${imap}\nP: b NOOP\nB: b OK done`,
  literal: `${imap}\nP: b APPEND INBOX {4}\nB: + go\nP: mail\nB: b OK stored`,
  deletion: `${pop3}\nP: DELE 1\nB: +OK marked\nP: QUIT\nB: +OK deleted\nEND`,
  data: `${smtp}\nP: DATA\nB: 354 go\nP: mail\nP: .\nB: 250 delivered\nP: NOOP\nB: 250 fine`,
  between: `${smtp}\nP: NOOP\nB: 250 fine`,
  before: pop3,
  handshake: pop3,
} as const
export type State = keyof typeof scripts
export const states = Object.keys(scripts).filter((name): name is State => name in scripts)

const bye = '* BYE [UNAVAILABLE] The server is leaving, connect again'
const closing = '421 4.3.2 The server is leaving, connect again'
const imapLogin = 'a LOGIN a b\r\n'
const smtpLogin = ['HELO c\r\n', 'AUTH PLAIN AGEAYg==\r\n'] as const
export const pop3Login = [
  ['USER a', '+OK'],
  ['PASS b', '+OK in'],
  ['still here', 'still here'],
] as const

interface Course {
  /** What is said at first; each but the last is answered, and the last where `answered`. */
  readonly says: readonly string[]
  readonly answered?: true
  /** Said at some time later, and what is heard from then on, whatever the relay does. */
  readonly ends?: string
  readonly hears: readonly string[]
  /** What a relay that leaves says behind that. */
  readonly farewell: readonly string[]
  /** What is said and heard where the relay stays; `undefined`: the session has come to its end. */
  readonly goesOn?: readonly (readonly [says: string, hears: string])[]
}

export const courses: Readonly<Record<State, Course>> = {
  idle: {
    ...{ says: [imapLogin, 'b IDLE\r\n'], answered: true, hears: [], farewell: [bye] },
    goesOn: [['DONE', 'DONE']],
  },
  command: {
    ...{ says: [imapLogin, 'b NO'], ends: 'OP\r\n', hears: ['b OK done'], farewell: [bye] },
    goesOn: [['c NOOP', 'c NOOP']],
  },
  literal: {
    ...{ says: [imapLogin, 'b APPEND INBOX {4}\r\n', 'ma'], ends: 'il\r\n' },
    ...{ hears: ['b OK stored'], farewell: [bye], goesOn: [['c NOOP', 'c NOOP']] },
  },
  deletion: {
    ...{ says: ['USER a\r\n', 'PASS b\r\n', 'DELE 1\r\n'], answered: true, ends: 'QUIT\r\n' },
    ...{ hears: ['+OK deleted'], farewell: [] },
  },
  data: {
    ...{ says: [...smtpLogin, 'DATA\r\n', 'mai'], ends: 'l\r\n.\r\n' },
    ...{ hears: ['250 delivered'], farewell: [closing], goesOn: [['NOOP', '250 fine']] },
  },
  between: {
    ...{ says: smtpLogin, answered: true, hears: [], farewell: [closing] },
    goesOn: [['NOOP', '250 fine']],
  },
  before: {
    ...{ says: [''], hears: [] },
    ...{ farewell: ['-ERR [SYS/TEMP] The server is leaving, connect again'], goesOn: pop3Login },
  },
  handshake: { says: [], hears: [], farewell: [], goesOn: pop3Login },
}

export interface Site {
  readonly here: RunningRelay
  readonly backends: ReadonlyMap<State, ScriptedBackend>
  /** The text, with each state's upstream as `servers` says; listeners for `open` alone. */
  text(servers: (state: State) => string, open?: readonly State[]): string
}

/** A relay with a listener, an upstream and a backend for each state. */
export async function siteOfAllStates(t: TestContext): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-states-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const keys = await (await makeAuthority()).issue(['mail.example.com'])
  writeFileSync(join(folder, 'tls.crt'), keys.certificate)
  writeFileSync(join(folder, 'tls.key'), keys.key)
  const backends = await backendsOfAllStates(t)
  const text: Site['text'] = (servers, open = states) => `
    proxy_identity off; xclient off; imap_auth plain; error_log stderr error;
    ssl_certificate ${folder}/tls.crt; ssl_certificate_key ${folder}/tls.key;
    ${open.map(state => `upstream ${state} { ${servers(state)} } ${server(state)}`).join('\n')}`
  const here = await relayFor(
    t,
    text(state => `server 127.0.0.1:${backends.get(state)?.port};`),
  )
  return { here, backends, text }
}

/** One scripted backend for each state. */
export async function backendsOfAllStates(t: TestContext): Promise<Map<State, ScriptedBackend>> {
  const backends = new Map<State, ScriptedBackend>()
  for (const state of states) backends.set(state, await backendFor(t, scripts[state]))
  return backends
}

const protocols: ReadonlyMap<string, string> = new Map([
  ['*', 'imap'],
  ['+', 'pop3'],
  ['2', 'smtp'],
])

function server(state: State): string {
  const protocol = protocols.get(scripts[state].charAt('B: '.length))
  const ssl = state === 'handshake' ? 'ssl' : ''
  return `server { listen {${state}} ${ssl}; protocol ${protocol}; proxy_pass ${state}; }`
}

/** One client, in its state. */
export interface Visit {
  readonly state: State
  readonly client: MailClient
  /** In the state `handshake`: what is still to come of it. */
  readonly hello: HalfHello | undefined
}

/** Opens `each` sessions of each state. */
export async function arrivals(here: RunningRelay, each: number): Promise<readonly Visit[]> {
  const visits: Visit[] = []
  for (let i = 0; i < each; i++)
    visits.push(...(await Promise.all(states.map(state => arrival(here.port(state), state)))))
  assert.equal(here.relay.shared.sessions.size, each * states.length)
  return visits
}

async function arrival(port: number, state: State): Promise<Visit> {
  const { says, answered } = courses[state]
  const client = await MailClient.open(port)
  const hello = state === 'handshake' ? await halfHello(client.socket) : undefined
  if (!hello) await client.line()
  for (const [at, text] of says.entries()) {
    client.say(text)
    if (at < says.length - 1 || answered) await lastLine(client)
  }
  return { state, client, hello }
}

/** The last line of an answer, which may have several. */
async function lastLine(client: MailClient): Promise<void> {
  while (/^\d{3}-/.test(await client.line()));
}

/** Finishes what a visit began, sees that the relay carries it on as ever, and leaves. */
export async function carryOn({ state, client, hello }: Visit): Promise<void> {
  const { ends, hears, goesOn } = courses[state]
  if (ends !== undefined) client.say(ends)
  assert.deepEqual(await client.lines(hears.length), hears, state)
  const on = hello ? await hello.finish() : client
  if (hello) assert.match(await on.line(), /^\+OK /)
  for (const [says, hears] of goesOn ?? []) assert.equal(await on.ask(says), hears, state)
  if (!goesOn) assert.equal(await on.line(), 'END', state)
  on.close()
  client.close()
}

/** That every backend heard what was written, and each deletion and message came to its end. */
export function nothingLost(backends: ReadonlyMap<State, ScriptedBackend>, each: number): void {
  for (const [state, { surprises }] of backends) assert.deepEqual(surprises, [], state)
  const times = (state: State, line: string) =>
    backends.get(state)?.heard.filter(heard => heard === line).length
  assert.equal(times('deletion', 'QUIT'), each)
  assert.equal(times('data', '.'), each)
  assert.equal(times('literal', 'mail'), each)
}
