import { readdirSync, readFileSync } from 'node:fs'
import type { FrontSettings } from '../../src/protocol/protocol.ts'
import { type Mechanism, mechanisms } from '../../src/words/mechanism.ts'
import type { ProtocolName } from '../../src/words/protocol-name.ts'
import { type StartTls, startTlsModes } from '../../src/words/starttls.ts'

/**
 * Dialogues, the specification of what clients are told. A file holds several:
 *
 *     == the title, a sentence
 *     starttls: only                        settings, as in the header table below
 *     C: USER alice                         the client's line, CRLF added
 *     C-: alice                             the client's bytes, nothing added
 *     S: +OK                                our line
 *     S!: -ERR invalid command              our line, which counts toward max_errors
 *     A: plain "alice" "secret" refused     an attempt; how it is judged: refused or relayed
 *     TLS                                   the handshake; what the client said behind STLS is lost
 *     END                                   we close
 *
 * `\r \n \0 \t \xHH \\` are escapes in C lines and attempts. `*N` behind `C` or `S` repeats: `C*3: NOOP`.
 */
export interface Dialogue {
  readonly protocol: ProtocolName
  readonly title: string
  readonly settings: FrontSettings
  readonly secure: boolean
  readonly salt: string
  readonly script: readonly Act[]
}

export type Act =
  | { readonly act: 'client'; readonly bytes: Buffer }
  /** As `transcript` prints it: `S: …`, `S!: …`, `A: …`, `TLS` or `END`. */
  | { readonly act: 'expect'; readonly text: string }

const defaults: Readonly<Record<ProtocolName, FrontSettings>> = {
  imap: settings(['IMAP4', 'IMAP4rev1', 'UIDPLUS'], ['plain']),
  pop3: settings(['TOP', 'USER', 'UIDL'], ['plain']),
  smtp: settings([], ['plain', 'login']),
}

function settings(
  capabilities: readonly string[],
  mechanisms: readonly Mechanism[],
): FrontSettings {
  return {
    serverName: 'mail.example.com',
    starttls: 'off',
    mechanisms,
    capabilities,
    clientBuffer: 4096,
  }
}

type Header = Omit<Dialogue, 'script' | 'title' | 'protocol'>

const header: ReadonlyMap<string, (value: string, header: Header) => Header> = new Map([
  ['secure', (value, header) => ({ ...header, secure: value === 'yes' })],
  ['salt', (value, header) => ({ ...header, salt: value })],
  ['starttls', (value, header) => set(header, { starttls: oneOf<StartTls>(startTlsModes, value) })],
  [
    'mechanisms',
    (value, header) =>
      set(header, { mechanisms: value.split(' ').map(word => oneOf(mechanisms, word)) }),
  ],
  [
    'capabilities',
    (value, header) => set(header, { capabilities: value === '' ? [] : value.split(/, ?/) }),
  ],
  ['client_buffer', (value, header) => set(header, { clientBuffer: Number(value) })],
])

function set(header: Header, some: Partial<FrontSettings>): Header {
  return { ...header, settings: { ...header.settings, ...some } }
}

function oneOf<T extends string>(words: readonly T[], word: string): T {
  const found = words.find(known => known === word)
  if (found === undefined) throw new Error(`${word} is none of ${words.join(', ')}`)
  return found
}

/** All dialogues of `test/dialogues/PROTOCOL`. */
export function dialogues(protocol: ProtocolName): readonly Dialogue[] {
  const folder = new URL(`../dialogues/${protocol}/`, import.meta.url)
  return readdirSync(folder)
    .filter(name => name.endsWith('.txt'))
    .toSorted()
    .flatMap(name => parseDialogues(protocol, readFileSync(new URL(name, folder), 'utf8')))
}

export function parseDialogues(protocol: ProtocolName, text: string): readonly Dialogue[] {
  return text
    .split(/^== /m)
    .slice(1)
    .map(part => parseDialogue(protocol, part.split('\n')))
}

function parseDialogue(protocol: ProtocolName, [title = '', ...lines]: string[]): Dialogue {
  const script: Act[] = []
  let top: Header = { settings: defaults[protocol], secure: false, salt: '' }
  for (const line of lines.filter(line => line !== '' && !line.startsWith('#'))) {
    const [, key = '', value = ''] = /^([a-z_]+): ?(.*)$/.exec(line) ?? []
    const read = header.get(key)
    if (read) top = read(value, top)
    else script.push(...acts(line))
  }
  return { protocol, title, ...top, script }
}

function acts(line: string): readonly Act[] {
  const [, side = '', times = '1', bare, text = ''] =
    /^([CS])(?:\*(\d+))?(-?): ?(.*)$/.exec(line) ?? []
  if (side === 'C') {
    const bytes = Buffer.from(unescaped(text) + (bare ? '' : '\r\n'), 'latin1')
    return Array.from({ length: Number(times) }, () => ({ act: 'client', bytes }))
  }
  if (side === 'S') {
    return Array.from({ length: Number(times) }, () => ({ act: 'expect', text: `S: ${text}` }))
  }
  if (!/^(S!: .*|A: .*|TLS|END)$/.test(line)) throw new Error(`no line of a dialogue: ${line}`)
  return [{ act: 'expect', text: line }]
}

const escapes = new Map([
  ['r', '\r'],
  ['n', '\n'],
  ['t', '\t'],
  ['0', '\0'],
  ['\\', '\\'],
])

function unescaped(text: string): string {
  return text.replaceAll(/\\(?:x([0-9A-F]{2})|(.))/g, (_, hex: string | undefined, one: string) =>
    hex === undefined ? (escapes.get(one) ?? one) : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/** How the dialogue says that its attempts are judged, in order. */
export function verdicts(dialogue: Dialogue): readonly ('refused' | 'relayed')[] {
  return expected(dialogue)
    .filter(line => line.startsWith('A: '))
    .map(line => (line.endsWith(' relayed') ? 'relayed' : 'refused'))
}

/** What the client hears from beginning to end, as the dialogue has it. */
export function expected(dialogue: Dialogue): readonly string[] {
  return dialogue.script.flatMap(act => (act.act === 'expect' ? [act.text] : []))
}

/** The client's bytes, cut where a handshake stands between them. */
export function segments(script: readonly Act[]): readonly Buffer[] {
  const cuts: Buffer[][] = [[]]
  for (const act of script) {
    if (act.act === 'client') cuts.at(-1)?.push(act.bytes)
    else if (act.text === 'TLS') cuts.push([])
  }
  return cuts.map(parts => Buffer.concat(parts))
}
