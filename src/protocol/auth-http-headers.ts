import { holds, isDigit, isLetter, wordIndexAt } from './octets.ts'

/**
 * The headers of an auth server's answer that count, each by the number of its place in this list. What
 * others say is not looked at.
 */
const names = [
  'AUTH-STATUS',
  'AUTH-SERVER',
  'AUTH-PORT',
  'AUTH-USER',
  'AUTH-PASS',
  'AUTH-WAIT',
  'AUTH-SMTP',
  'AUTH-ERROR-CODE',
  'AUTH-ERROR-SASL',
  'CONTENT-LENGTH',
  'CONNECTION',
  'TRANSFER-ENCODING',
] as const

/** The numbers of the headers. */
export const header = {
  status: 0,
  server: 1,
  port: 2,
  user: 3,
  pass: 4,
  wait: 5,
  smtp: 6,
  code: 7,
  sasl: 8,
  length: 9,
  connection: 10,
  encoding: 11,
} as const satisfies Readonly<Record<string, keyof typeof names>>

/** Where a value stands in what was received, without the spaces around it. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** The values by the numbers of their headers. */
export type Headers = readonly (Span | undefined)[]

/** Where the blank line begins that ends the headers. */
export function headersEnd(received: Buffer): number | undefined {
  let start = 0
  for (let at = 0; at < received.length; at++) {
    if (received[at] !== lf) continue
    if (at === start || (at === start + 1 && received[start] === cr)) return start
    start = at + 1
  }
  return undefined
}

/** Where what follows the headers begins, whose blank line begins at `end`. */
export function bodyStart(received: Buffer, end: number): number {
  return received[end] === cr ? end + 2 : end + 1
}

/**
 * Those before the blank line at `end`; `undefined` where a line is no header. A name alone has an
 * empty value. Of several of one name the last, but for `Auth-Status`, of which a word of refusal
 * counts before one of consent, as in nginx.
 */
export function parseHeaders(block: Buffer, end: number): Headers | undefined {
  const headers: (Span | undefined)[] = none.slice()
  let at = holds(block, 0, 'HTTP/') ? block.indexOf(lf) + 1 : 0
  while (at < end) {
    const stop = nameEnd(block, at)
    const last = stop > at ? lineEnd(block, stop) : undefined
    if (last === undefined) return undefined
    const name = wordIndexAt(block, at, stop, names)
    if (name >= 0) {
      const value = trimmed(block, Math.min(stop + 1, last), last)
      if (name !== header.status || counts(block, headers[name], value)) headers[name] = value
    }
    at = last + (block[last] === cr ? 2 : 1)
  }
  return headers
}

const none: readonly undefined[] = names.map(() => undefined)
const lf = 0x0a
const cr = 0x0d
const space = 0x20
const hyphen = 0x2d
const colon = 0x3a

function nameEnd(block: Buffer, at: number): number {
  let end = at
  while (isOfName(block[end] ?? 0)) end++
  return end
}

function isOfName(octet: number): boolean {
  return isLetter(octet) || isDigit(octet) || octet === hyphen
}

/**
 * Where the line ends whose name ended at `stop`, which it does; `undefined` where neither a colon nor
 * nothing follows the name, or something in the value that cannot be in one.
 */
function lineEnd(block: Buffer, stop: number): number | undefined {
  for (let at = stop; ; at++) {
    const octet = block[at]
    if (octet === lf || (octet === cr && block[at + 1] === lf)) return at
    if (octet === 0 || octet === cr || (at === stop && octet !== colon)) return undefined
  }
}

function trimmed(block: Buffer, from: number, to: number): Span {
  let start = from
  let end = to
  while (start < end && block[start] === space) start++
  while (end > start && block[end - 1] === space) end--
  return { from: start, to: end }
}

/** Whether a status counts behind the one that was heard before it. */
function counts(block: Buffer, before: Span | undefined, after: Span): boolean {
  return before === undefined || weight(block, before) <= weight(block, after)
}

/** Of a status: consent, a wish to wait, or a refusal. */
function weight(block: Buffer, status: Span): number {
  return isWord(block, status, 'OK') ? 0 : isWord(block, status, 'WAIT') ? 1 : 2
}

/** Whether a value is `word` to the octet. */
export function isWord(block: Buffer, { from, to }: Span, word: string): boolean {
  return to - from === word.length && holds(block, from, word)
}
