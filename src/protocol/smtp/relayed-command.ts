import { isDigit, isLetter, says, wordAt } from '../octets.ts'

/**
 * What becomes of a command after the login. Only lines that every server reads as we do reach the
 * backend: a verb of letters, digits and hyphens at their very start, then a space or nothing; no
 * control octet anywhere; and no longer than RFC 5321 section 4.5.3.1.4 asks every server to take.
 */
export type Judged =
  | { readonly do: 'pass'; readonly owes: Owes }
  | { readonly do: 'refuse'; readonly text: string }
  /** BDAT (RFC 3030): so many octets follow the line. */
  | { readonly do: 'chunk'; readonly octets: number; readonly last: boolean }

/** Whose reply the backend owes, as far as it matters. */
export type Owes = 'reply' | 'hello' | 'extended-hello' | 'mail' | 'reset' | 'data' | 'goodbye'

/** Octets of a command without its line end; those of MAIL and RCPT, whose extensions may add to it. */
export const maxCommand = 510
export const maxEnvelope = 2_000

export const refusals = {
  tooLong: '500 5.5.2 Line too long\r\n',
  malformed: '500 5.5.2 Malformed command\r\n',
  argument: '501 5.5.4 Invalid argument\r\n',
  unavailable: '502 5.5.1 Command not available\r\n',
  authenticated: '503 5.5.1 Already authenticated\r\n',
  sequence: '503 5.5.1 Bad sequence of commands\r\n',
  forbidden: '550 5.7.0 Not permitted\r\n',
  tooLarge: '552 5.3.4 Message too large\r\n',
} as const

const pass: Judged = { do: 'pass', owes: 'reply' }
/** XCLIENT, XFORWARD, XPROXY and kin are agreements among servers, in which no client has a part. */
const forbidden: Judged = { do: 'refuse', text: refusals.forbidden }
const tooLong: Judged = { do: 'refuse', text: refusals.tooLong }
const malformed: Judged = { do: 'refuse', text: refusals.malformed }

/** STARTTLS would make a tunnel, LHLO (RFC 2033) another number of replies. */
const rows: ReadonlyMap<string, Judged> = new Map<string, Judged>([
  ['EHLO', { do: 'pass', owes: 'extended-hello' }],
  ['HELO', { do: 'pass', owes: 'hello' }],
  ['MAIL', { do: 'pass', owes: 'mail' }],
  ['RCPT', pass],
  ['RSET', { do: 'pass', owes: 'reset' }],
  ['DATA', { do: 'pass', owes: 'data' }],
  ['QUIT', { do: 'pass', owes: 'goodbye' }],
  ['AUTH', { do: 'refuse', text: refusals.authenticated }],
  ['STARTTLS', { do: 'refuse', text: refusals.unavailable }],
  ['LHLO', { do: 'refuse', text: refusals.unavailable }],
])

const verbs = [...rows.keys(), 'BDAT']

/** Judges the line from `from` to `to`, where its line end begins. */
export function judge(octets: Buffer, from: number, to: number): Judged {
  const end = verbEnd(octets, from, to)
  const name = wordAt(octets, from, end, verbs)
  const most = name === 'MAIL' || name === 'RCPT' ? maxEnvelope : maxCommand
  if (to - from > most) return tooLong
  if (end === from || hasControl(octets, from, to)) return malformed
  if (name === 'BDAT') return chunk(octets.toString('latin1', end, to))
  const row = name === undefined ? undefined : rows.get(name)
  return row ?? (says(octets, from, 'X') ? forbidden : pass)
}

/** Where the verb ends; `from` where there is none, or no space behind it. */
function verbEnd(octets: Buffer, from: number, to: number): number {
  let end = from
  while (end < to && isOfVerb(octets[end] ?? 0)) end++
  const ends = end === to || octets[end] === space
  return ends && isLetter(octets[from] ?? 0) ? end : from
}

const space = 0x20
const hyphen = 0x2d

function isOfVerb(octet: number): boolean {
  return isLetter(octet) || isDigit(octet) || octet === hyphen
}

function hasControl(octets: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const octet = octets[at] ?? 0
    if (octet < 0x20 || octet === 0x7f) return true
  }
  return false
}

function chunk(rest: string): Judged {
  const [, octets, last] = /^ +(\d{1,15})( +LAST)? *$/i.exec(rest) ?? []
  if (octets === undefined) return { do: 'refuse', text: refusals.argument }
  return { do: 'chunk', octets: Number(octets), last: last !== undefined }
}
