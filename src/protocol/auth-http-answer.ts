import { Known } from './known.ts'
import { copied, holds, isDigit, isLetter, wordAt } from './octets.ts'

/**
 * nginx's auth_http protocol, the answering half. The status line is skipped, as in nginx: what
 * counts are the headers. A body is never read.
 */
export type AuthAnswer =
  | {
      readonly kind: 'ok'
      /** Where to go; both or neither. Not checked further than that nothing odd is in it. */
      readonly server?: string | undefined
      readonly port?: number | undefined
      /** What to log in with instead of the client's own; raw, the receiver's to zero. */
      readonly user?: Buffer | undefined
      readonly pass?: Buffer | undefined
      /** `Auth-SMTP`: whether to log in to an SMTP backend, in place of `proxy_smtp_auth`. */
      readonly smtp?: boolean | undefined
    }
  /** To be asked once more after so many seconds, at least one. */
  | { readonly kind: 'wait'; readonly seconds: number }
  | {
      readonly kind: 'denied'
      readonly text: string
      /** SMTP: `Auth-Error-Code`, such as `535 5.7.0`. */
      readonly code?: string | undefined
      /** `Auth-Error-SASL`: base64, told to a client whose token was refused. */
      readonly sasl?: string | undefined
      /** Seconds to hold the answer back; 0: the session ends with it. */
      readonly wait: number
    }
  /** A fragment that finishes "the auth server …". */
  | { readonly kind: 'invalid'; readonly reason: string }

/** Octets of status line and headers. nginx takes 1024. */
export const maxAuthAnswer = 8192

/** Seconds. What an auth server can make a client wait at once. */
export const maxAuthWait = 3600

/** Reads all that was received so far; to be asked again with more where it is `incomplete`. */
export function authAnswer(received: Buffer): AuthAnswer | { readonly kind: 'incomplete' } {
  const end = headersEnd(received)
  if (end === undefined ? received.length >= maxAuthAnswer : end > maxAuthAnswer) {
    return invalid('sent headers that are too long')
  }
  if (end === undefined) return { kind: 'incomplete' }
  const headers = parsed(received, end)
  return headers ? meaning(received, headers) : invalid('sent invalid header in response')
}

/**
 * Whether `received` is one whole answer in HTTP/1.1, behind which the connection stays (RFC 9112 9.3);
 * whoever sends a body in chunks, or more than the answer, is not asked again over it.
 */
export function isReusable(received: Buffer): boolean {
  const end = headersEnd(received)
  if (end === undefined || !holds(received, 0, 'HTTP/1.1 ')) return false
  const headers = parsed(received, end)
  if (!headers || headers['TRANSFER-ENCODING']) return false
  const length = number(received, headers['CONTENT-LENGTH'], 5)
  const closes = /\bclose\b/i.test(text(received, headers.CONNECTION) ?? '')
  if (closes || length === undefined) return false
  const blank = received[end] === cr ? 2 : 1
  return received.length === end + blank + length
}

/** Where the blank line begins that ends the headers. */
function headersEnd(received: Buffer): number | undefined {
  let start = 0
  for (let at = 0; at < received.length; at++) {
    if (received[at] !== lf) continue
    if (at === start || (at === start + 1 && received[start] === cr)) return start
    start = at + 1
  }
  return undefined
}

/** The headers that count; what others say is not looked at. */
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

/** Where a value stands in what was received, without the spaces around it. */
interface Span {
  readonly from: number
  readonly to: number
}

type Headers = Record<(typeof names)[number], Span | undefined>

/**
 * Those before the blank line at `end`; `undefined` where a line is no header. A name alone has an
 * empty value. Of several of one name the last, but for `Auth-Status`, of which a word of refusal
 * counts before one of consent, as in nginx.
 */
function parsed(block: Buffer, end: number): Headers | undefined {
  const headers: Headers = {
    'AUTH-STATUS': undefined,
    'AUTH-SERVER': undefined,
    'AUTH-PORT': undefined,
    'AUTH-USER': undefined,
    'AUTH-PASS': undefined,
    'AUTH-WAIT': undefined,
    'AUTH-SMTP': undefined,
    'AUTH-ERROR-CODE': undefined,
    'AUTH-ERROR-SASL': undefined,
    'CONTENT-LENGTH': undefined,
    CONNECTION: undefined,
    'TRANSFER-ENCODING': undefined,
  }
  let at = holds(block, 0, 'HTTP/') ? block.indexOf(lf) + 1 : 0
  while (at < end) {
    const stop = nameEnd(block, at)
    const last = stop > at ? lineEnd(block, stop) : undefined
    if (last === undefined) return undefined
    const name = wordAt(block, at, stop, names)
    const value = name && trimmed(block, Math.min(stop + 1, last), last)
    if (value && !outweighed(block, headers, name, value)) headers[name] = value
    at = last + (block[last] === cr ? 2 : 1)
  }
  return headers
}

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

/** Whether a status that was heard before counts more than `after`. */
function outweighed(block: Buffer, headers: Headers, name: keyof Headers, after: Span): boolean {
  const before = headers[name]
  return name === 'AUTH-STATUS' && !!before && weight(block, before) > weight(block, after)
}

/** Of a status: consent, a wish to wait, or a refusal. */
function weight(block: Buffer, status: Span): number {
  return is(block, status, 'OK') ? 0 : is(block, status, 'WAIT') ? 1 : 2
}

function is(block: Buffer, { from, to }: Span, word: string): boolean {
  return to - from === word.length && holds(block, from, word)
}

function text(block: Buffer, span: Span | undefined): string | undefined {
  return span && block.toString('latin1', span.from, span.to)
}

/** A number of at most so many digits; `undefined` where there is none. */
function number(block: Buffer, span: Span | undefined, digits: number): number | undefined {
  if (!span || span.from === span.to || span.to - span.from > digits) return undefined
  let value = 0
  for (let at = span.from; at < span.to; at++) {
    const octet = block[at] ?? 0
    if (!isDigit(octet)) return undefined
    value = value * 10 + octet - 0x30
  }
  return value
}

function meaning(block: Buffer, headers: Headers): AuthAnswer {
  const status = headers['AUTH-STATUS']
  if (!status || is(block, status, 'OK')) return consent(block, headers, status !== undefined)
  const wait = Math.min(number(block, headers['AUTH-WAIT'], 9) ?? 0, maxAuthWait)
  if (is(block, status, 'WAIT')) return { kind: 'wait', seconds: Math.max(1, wait) }
  const code = text(block, headers['AUTH-ERROR-CODE']) ?? ''
  const sasl = text(block, headers['AUTH-ERROR-SASL']) ?? ''
  return {
    kind: 'denied',
    text: block.toString('latin1', status.from, status.to),
    code: /^[45]\d\d( |$)/.test(code) ? code : undefined,
    sasl: /^[A-Za-z0-9+/]+=*$/.test(sasl) ? sasl : undefined,
    wait,
  }
}

/** Without a word of consent the answer may be anybody's error page: then nginx wants a backend. */
function consent(block: Buffer, headers: Headers, consented: boolean): AuthAnswer {
  const named = length(headers['AUTH-SERVER']) > 0
  const ported = length(headers['AUTH-PORT']) > 0
  if (!(named || ported) && consented) return yes(block, headers, undefined, undefined)
  if (!named || !ported) return invalid('did not send server or port')
  const port = number(block, headers['AUTH-PORT'], 9) ?? 0
  if (port < 1 || port > 65_535) return invalid('sent invalid server port')
  const { from, to } = headers['AUTH-SERVER'] ?? nowhere
  const server = servers.in(block, from, to)
  if (server === undefined) return invalid('sent invalid server address')
  return yes(block, headers, server, port)
}

function length(span: Span | undefined): number {
  return span ? span.to - span.from : 0
}

const nowhere: Span = { from: 0, to: 0 }

/** Backends that auth servers named of late. */
export const mostServers = 64

/** Those that may be an address or a name of a host. */
const servers = new Known(mostServers, text =>
  /^[0-9A-Za-z.:_-]{1,255}$/.test(text) ? text : undefined,
)

function yes(
  block: Buffer,
  headers: Headers,
  server: string | undefined,
  port: number | undefined,
): AuthAnswer {
  const smtp = headers['AUTH-SMTP']
  return {
    kind: 'ok',
    server,
    port,
    user: octets(block, headers['AUTH-USER']),
    pass: octets(block, headers['AUTH-PASS']),
    smtp: smtp && switches.get(wordAt(block, smtp.from, smtp.to, ['YES', 'NO']) ?? ''),
  }
}

const switches = new Map([
  ['YES', true],
  ['NO', false],
])

/** A copy, the receiver's to zero. */
function octets(block: Buffer, span: Span | undefined): Buffer | undefined {
  return span && copied(block, span.from, span.to)
}

function invalid(reason: string): AuthAnswer {
  return { kind: 'invalid', reason }
}
