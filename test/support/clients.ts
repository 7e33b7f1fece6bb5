/** The mail programs that people use, each as a function of one visit to a server. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ProtocolName } from '../../src/words/protocol-name.ts'
import { type Finished, type Part, run } from './programs.ts'

export const clientParts: readonly Part[] = [
  { file: 'curl', package: 'curl' },
  { file: 'openssl', package: 'openssl' },
  { file: 'python3', package: 'python3' },
  { file: 'swaks', package: 'swaks' },
]

export type Security = 'plain' | 'starttls' | 'implicit'
/** `COMMAND` is what the protocol has of its own: IMAP LOGIN, POP3 USER and PASS. */
export type Method = 'COMMAND' | 'PLAIN' | 'LOGIN'

export interface Place {
  readonly protocol: ProtocolName
  readonly port: number
  readonly security: Security
}

export interface Login {
  readonly user: string
  readonly password: string
  readonly method: Method
}

/** One session of one client; without `login`, SMTP as one server speaks it to another. */
export interface Visit {
  readonly place: Place
  /** The client's own address, one of 127.0.0.0/8. */
  readonly source: string
  /** The file of the authority that the client trusts. */
  readonly authority: string
  readonly login?: Login
}

export interface Mail {
  readonly from: string
  readonly to: string
  /** Whole, with CRLF line ends. */
  readonly message: Buffer
}

export interface Outcome {
  readonly ok: boolean
  /** What the client said about the session: a transcript, or its error. */
  readonly words: string
}

/** The name in the certificate of whatever listens at a place. */
export const hostName = 'mail.example.com'

const pythonClient = fileURLToPath(new URL('mail-client.py', import.meta.url))

interface Found extends Outcome {
  readonly found: readonly Buffer[]
}

async function python(visit: Visit, more: Readonly<Record<string, string>> = {}): Promise<Found> {
  const { place, source, authority, login } = visit
  const words = { ...place, source, authority, ...more }
  const who = login && { ...login, mechanism: login.method }
  const { stdout, stderr } = await run(
    'python3',
    [pythonClient],
    JSON.stringify({ ...words, ...who }),
  )
  if (stdout === '') throw new Error(stderr)
  const answer: unknown = JSON.parse(stdout)
  if (!isAnswer(answer)) throw new Error(`no answer: ${stdout}`)
  return {
    ok: answer.ok,
    words: answer.words,
    found: answer.found.map(message => Buffer.from(message, 'base64')),
  }
}

function isAnswer(value: unknown): value is { ok: boolean; words: string; found: string[] } {
  return typeof value === 'object' && value !== null && 'ok' in value && 'found' in value
}

export const logInWithPython = async (visit: Visit): Promise<Outcome> => await python(visit)

export const sendWithPython = async (visit: Visit, mail: Mail): Promise<Outcome> =>
  await python(visit, { ...mail, message: mail.message.toString('base64') })

/** All messages in the user's mailbox whose Message-ID has `token` in it. */
export async function readWithPython(visit: Visit, token: string): Promise<readonly Buffer[]> {
  const { ok, words, found } = await python(visit, { token })
  if (!ok) throw new Error(words)
  return found
}

/** What curl sends once it is logged in, which changes nothing; from POP3 it wants a list. */
const harmless = { imap: 'NOOP', pop3: 'LIST', smtp: 'NOOP' } as const

export async function logInWithCurl(visit: Visit): Promise<Outcome> {
  return outcome(await run('curl', [...curlWords(visit), '-X', harmless[visit.place.protocol]]))
}

/** Gives the whole transcript, in which the client's own lines begin with `> `. */
export async function sendWithCurl(visit: Visit, mail: Mail, file: string): Promise<Outcome> {
  writeFileSync(file, mail.message)
  const words = ['--mail-from', mail.from, '--mail-rcpt', mail.to, '--upload-file', file]
  return outcome(await run('curl', [...curlWords(visit), ...words]))
}

function curlWords({ place, source, authority, login }: Visit): readonly string[] {
  const scheme = place.security === 'implicit' ? `${place.protocol}s` : place.protocol
  return [
    ...['--silent', '--show-error', '--verbose', '--max-time', '30'],
    ...['--interface', source, '--cacert', authority],
    ...['--resolve', `${hostName}:${place.port}:127.0.0.1`],
    ...(place.security === 'starttls' ? ['--ssl-reqd'] : []),
    ...(login ? ['--user', `${login.user}:${login.password}`] : []),
    ...(login && login.method !== 'COMMAND' ? ['--login-options', `AUTH=${login.method}`] : []),
    `${scheme}://${hostName}:${place.port}/${place.protocol === 'smtp' ? 'client.test' : ''}`,
  ]
}

export async function logInWithSwaks(visit: Visit): Promise<Outcome> {
  return outcome(await run('swaks', [...swaksWords(visit), '--quit-after', 'AUTH']))
}

export async function sendWithSwaks(visit: Visit, mail: Mail, file: string): Promise<Outcome> {
  // It ends the data by a line end and a dot, whether the message ended its last line or not.
  writeFileSync(file, mail.message.subarray(0, -2))
  const words = ['--from', mail.from, '--to', mail.to, '--data', `@${file}`]
  return outcome(await run('swaks', [...swaksWords(visit), ...words]))
}

const swaksTls = { plain: [], starttls: ['-tls'], implicit: ['-tlsc'] } as const

function swaksWords({ place, source, authority, login }: Visit): readonly string[] {
  return [
    ...['--server', '127.0.0.1', '--port', `${place.port}`, '--local-interface', source],
    ...['--helo', 'client.test', '--timeout', '30'],
    ...swaksTls[place.security],
    ...(place.security === 'plain' ? [] : ['--tls-verify', '--tls-ca-path', authority]),
    ...(login ? ['--auth', login.method, '-au', login.user, '-ap', login.password] : []),
  ]
}

/** Says `lines` at once, the last of which ends the session, and gives all that came back. */
export async function sayWithOpenssl(visit: Visit, lines: readonly string[]): Promise<Outcome> {
  const { place, source, authority } = visit
  const finished = await run(
    'openssl',
    [
      ...['s_client', '-quiet', '-crlf', '-connect', `127.0.0.1:${place.port}`],
      ...['-bind', `${source}:0`, '-servername', hostName],
      ...['-CAfile', authority, '-verify_return_error', '-verify_hostname', hostName],
      ...(place.security === 'starttls' ? ['-starttls', place.protocol] : []),
    ],
    lines.map(line => `${line}\n`).join(''),
  )
  return outcome(finished)
}

function outcome({ code, stdout, stderr }: Finished): Outcome {
  return { ok: code === 0, words: stdout + stderr }
}
