import type { HttpVersion } from './auth-http.ts'
import {
  bodyStart,
  type Headers,
  header,
  headersEnd,
  isWord,
  parseHeaders,
  type Span,
} from './auth-http-headers.ts'
import { Known } from './known.ts'
import { copied, holds, isDigit, says, wordAt } from './octets.ts'

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

/** What an auth server said, and whether it may be asked again over the same connection. */
export interface Heard {
  readonly answer: AuthAnswer
  readonly stays: boolean
}

/** Reads all that was received so far, of an answer to a question in `version`; `undefined`: more is to come. */
export function authAnswer(received: Buffer, version: HttpVersion): Heard | undefined {
  const end = headersEnd(received)
  if (end === undefined ? received.length >= maxAuthAnswer : end > maxAuthAnswer) {
    return { answer: invalid('sent headers that are too long'), stays: false }
  }
  if (end === undefined) return undefined
  const headers = parseHeaders(received, end)
  if (!headers) return { answer: invalid('sent invalid header in response'), stays: false }
  return { answer: meaning(received, headers), stays: stays(received, end, headers, version) }
}

/**
 * Whether `received` begins with a status line, as far as it goes. nginx wants none; but over a connection that was kept,
 * what does not begin so is left over from the answer before.
 */
export function startsAnswer(received: Buffer): boolean {
  return holds(received, 0, 'HTTP/'.slice(0, received.length))
}

/**
 * Whether the connection stays behind this answer (RFC 9112 9.3). A question in HTTP/1.0 asked for it, and only
 * a server that agrees is asked again; in HTTP/1.1 each is that does not refuse. Whoever sends a body in
 * chunks, or less or more than the whole answer, is not asked again either way.
 */
function stays(received: Buffer, end: number, headers: Headers, version: HttpVersion): boolean {
  const connection = headers[header.connection]
  const agreed =
    version === '1.0'
      ? lists(received, connection, 'KEEP-ALIVE')
      : holds(received, 0, 'HTTP/1.1 ') && !lists(received, connection, 'CLOSE')
  if (!agreed || headers[header.encoding]) return false
  // 204 has no body, nor the header that says so.
  const length =
    number(received, headers[header.length], 5) ?? (holds(received, 8, ' 204') ? 0 : -1)
  return received.length === bodyStart(received, end) + length
}

/** Whether a header that lists words has this one, which is in upper case. */
function lists(block: Buffer, span: Span | undefined, word: string): boolean {
  if (!span) return false
  if (span.to - span.from === word.length) return says(block, span.from, word)
  const words = block.toString('latin1', span.from, span.to).toUpperCase().split(',')
  return words.some(one => one.trim() === word)
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
  const status = headers[header.status]
  if (!status || isWord(block, status, 'OK')) return consent(block, headers, status !== undefined)
  const wait = Math.min(number(block, headers[header.wait], 9) ?? 0, maxAuthWait)
  if (isWord(block, status, 'WAIT')) return { kind: 'wait', seconds: Math.max(1, wait) }
  const code = text(block, headers[header.code]) ?? ''
  const sasl = text(block, headers[header.sasl]) ?? ''
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
  const named = length(headers[header.server]) > 0
  const ported = length(headers[header.port]) > 0
  if (!(named || ported) && consented) return yes(block, headers, undefined, undefined)
  if (!named || !ported) return invalid('did not send server or port')
  const port = number(block, headers[header.port], 9) ?? 0
  if (port < 1 || port > 65_535) return invalid('sent invalid server port')
  const { from, to } = headers[header.server] ?? nowhere
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
  const smtp = headers[header.smtp]
  return {
    kind: 'ok',
    server,
    port,
    user: octets(block, headers[header.user]),
    pass: octets(block, headers[header.pass]),
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
