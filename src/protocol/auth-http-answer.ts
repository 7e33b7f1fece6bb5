import { fitsLine } from './converse.ts'

/**
 * nginx's auth_http protocol, the answering half. The status line is skipped, as in nginx: what
 * counts are the headers. A body is never read.
 */
export type AuthAnswer =
  | {
      readonly kind: 'ok'
      /** Where to go; both or neither. Not checked further than that nothing odd is in it. */
      readonly server?: string
      readonly port?: number
      /** What to log in with instead of the client's own; raw, the receiver's to zero. */
      readonly user?: Buffer
      readonly pass?: Buffer
      /** `Auth-SMTP`: whether to log in to an SMTP backend, in place of `proxy_smtp_auth`. */
      readonly smtp?: boolean
    }
  /** To be asked once more after so many seconds, at least one. */
  | { readonly kind: 'wait'; readonly seconds: number }
  | {
      readonly kind: 'denied'
      readonly text: string
      /** SMTP: `Auth-Error-Code`, such as `535 5.7.0`. */
      readonly code?: string
      /** `Auth-Error-SASL`: base64, told to a client whose token was refused. */
      readonly sasl?: string
      /** Seconds to hold the answer back; 0: the session ends with it. */
      readonly wait: number
    }
  /** A fragment that finishes "the auth server …". */
  | { readonly kind: 'invalid'; readonly reason: string }

/** Octets of status line and headers. nginx takes 1024. */
export const maxAuthAnswer = 8192

/** Seconds. What an auth server can make a client wait at once. */
export const maxAuthWait = 3600

const ok = Buffer.from('OK')
const wait = Buffer.from('WAIT')

/** Reads all that was received so far; to be asked again with more where it is `incomplete`. */
export function authAnswer(received: Buffer): AuthAnswer | { readonly kind: 'incomplete' } {
  const end = headersEnd(received)
  if (end === undefined ? received.length >= maxAuthAnswer : end > maxAuthAnswer) {
    return invalid('sent headers that are too long')
  }
  if (end === undefined) return { kind: 'incomplete' }
  const headers = parsed(received.subarray(0, end))
  return headers ? meaning(headers) : invalid('sent invalid header in response')
}

/**
 * Whether `received` is one whole answer in HTTP/1.1, behind which the connection stays (RFC 9112 9.3);
 * whoever sends a body in chunks, or more than the answer, is not asked again over it.
 */
export function isReusable(received: Buffer): boolean {
  const end = headersEnd(received)
  if (end === undefined || !/^HTTP\/1\.1 /.test(received.toString('latin1', 0, 9))) return false
  const headers = parsed(received.subarray(0, end))
  const length = headers?.get('content-length')?.toString('latin1') ?? ''
  const closes = /\bclose\b/i.test(headers?.get('connection')?.toString('latin1') ?? '')
  if (closes || headers?.has('transfer-encoding') || !/^\d{1,5}$/.test(length)) return false
  const blank = received[end] === 0x0d ? 2 : 1
  return received.length === end + blank + Number(length)
}

/** Where the blank line begins that ends the headers. */
function headersEnd(received: Buffer): number | undefined {
  for (let at = 0; ; ) {
    const end = received.indexOf(0x0a, at)
    if (end < 0) return undefined
    if (end === at || (end === at + 1 && received[at] === 0x0d)) return at
    at = end + 1
  }
}

type Headers = ReadonlyMap<string, Buffer>

/**
 * `undefined` where a line is no header; a name alone has an empty value. Names in lower case; of
 * several of one name the last, but for `Auth-Status`, of which a word of refusal counts before one of
 * consent, as in nginx.
 */
function parsed(block: Buffer): Headers | undefined {
  const headers = new Map<string, Buffer>()
  for (let at = 0, next = 0; at < block.length; at = next) {
    next = block.indexOf(lf, at) + 1
    const end = block[next - 2] === cr && next - 2 >= at ? next - 2 : next - 1
    if (at === 0 && block.toString('latin1', 0, Math.min(end, 5)) === 'HTTP/') continue
    const found = block.indexOf(colon, at)
    const stop = found < 0 || found > end ? end : found
    const name = block.toString('latin1', at, stop)
    const value = trimmed(block, Math.min(stop + 1, end), end)
    if (!/^[A-Za-z0-9-]+$/.test(name) || !fitsLine(value)) return undefined
    keep(headers, name.toLowerCase(), value)
  }
  return headers
}

function keep(headers: Map<string, Buffer>, name: string, value: Buffer): void {
  const before = headers.get(name)
  if (name !== 'auth-status' || !before || !outweighs(before, value)) headers.set(name, value)
}

const lf = 0x0a
const cr = 0x0d
const colon = 0x3a
const space = 0x20

function outweighs(before: Buffer, after: Buffer): boolean {
  return weight(before) > weight(after)
}

/** Of a status: consent, a wish to wait, or a refusal. */
function weight(status: Buffer): number {
  return status.equals(ok) ? 0 : status.equals(wait) ? 1 : 2
}

/** What stands from `start` to `end`, without the spaces around it. */
function trimmed(block: Buffer, start: number, end: number): Buffer {
  let [from, to] = [start, end]
  while (from < to && block[from] === space) from++
  while (to > from && block[to - 1] === space) to--
  return block.subarray(from, to)
}

function meaning(headers: Headers): AuthAnswer {
  const status = headers.get('auth-status')
  const pause = seconds(headers.get('auth-wait'))
  if (!status || status.equals(ok)) return consent(headers, status !== undefined)
  if (status.equals(wait)) return { kind: 'wait', seconds: Math.max(1, pause) }
  const text = status.toString('latin1')
  const code = headers.get('auth-error-code')?.toString('latin1') ?? ''
  const sasl = headers.get('auth-error-sasl')?.toString('latin1') ?? ''
  return {
    kind: 'denied',
    text,
    wait: pause,
    ...(/^[45]\d\d( |$)/.test(code) && { code }),
    ...(/^[A-Za-z0-9+/]+=*$/.test(sasl) && { sasl }),
  }
}

/** Without a word of consent the answer may be anybody's error page: then nginx wants a backend. */
function consent(headers: Headers, consented: boolean): AuthAnswer {
  const server = headers.get('auth-server')?.toString('latin1')
  const digits = headers.get('auth-port')?.toString('latin1')
  const user = headers.get('auth-user')
  const pass = headers.get('auth-pass')
  const smtp = switches.get(headers.get('auth-smtp')?.toString('latin1').toLowerCase() ?? '')
  const credentials = {
    ...(user && { user: Buffer.from(user) }),
    ...(pass && { pass: Buffer.from(pass) }),
    ...(smtp !== undefined && { smtp }),
  }
  if (!server && !digits && consented) return { kind: 'ok', ...credentials }
  if (!server || !digits) return invalid('did not send server or port')
  const port = /^\d{1,9}$/.test(digits) ? Number(digits) : 0
  if (port < 1 || port > 65_535) return invalid('sent invalid server port')
  if (!/^[0-9A-Za-z.:_-]{1,255}$/.test(server)) return invalid('sent invalid server address')
  return { kind: 'ok', server, port, ...credentials }
}

const switches = new Map([
  ['yes', true],
  ['no', false],
])

function seconds(value: Buffer | undefined): number {
  const digits = value?.toString('latin1') ?? ''
  return /^\d{1,9}$/.test(digits) ? Math.min(Number(digits), maxAuthWait) : 0
}

function invalid(reason: string): AuthAnswer {
  return { kind: 'invalid', reason }
}
