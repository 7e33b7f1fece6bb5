import { Buffer } from 'node:buffer'
import type { Mechanism } from '../words/mechanism.ts'
import type { ProtocolName } from '../words/protocol-name.ts'
import { oneLine } from './converse.ts'
import { put } from './octets.ts'
import type { Attempt, Client } from './protocol.ts'

/** HTTP/1.0, as nginx asks, or HTTP/1.1. */
export type HttpVersion = '1.0' | '1.1'

/**
 * nginx's auth_http protocol, the asking half: `GET` with all that is to be judged in headers, whose order
 * and escaping auth servers rely on. No CR, LF or NUL gets into a header.
 */
export interface Question {
  readonly attempt: Attempt
  /** Which attempt of the session this is, from 1. */
  readonly number: number
  readonly client: Client
  /** Of a client's connection that is TLS. */
  readonly tls?: Tls | undefined
}

/** What every question of a server block says. */
export interface Asking {
  /** The `Host` header, without a port. */
  readonly host: string
  readonly uri: string
  readonly version: HttpVersion
  /** Asks the server to leave the connection for the next question, as far as `version` does not say so. */
  readonly keeps: boolean
  readonly protocol: ProtocolName
  /** Those of `auth_http_header`, in order. */
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** As nginx prints them; what is absent or empty is not sent. */
export interface Tls {
  readonly protocol?: string
  readonly cipher?: string
  readonly verify?: string
  readonly subject?: string
  readonly issuer?: string
  readonly serial?: string
  readonly fingerprint?: string
  /** The client's certificate in PEM, where `auth_http_pass_client_cert` is on. */
  readonly certificate?: string
}

/** The whole request. It holds the password: whoever sends it zeroes it. */
export type Asker = (question: Question) => Buffer

/** What every question says is put together once, and each is written piece by piece. */
export function asker({ host, uri, version, keeps, protocol, headers }: Asking): Asker {
  const start = `GET ${uri} HTTP/${version}\r\n${header('Host', host)}Auth-Method: `
  const counted = `Auth-Protocol: ${protocol}\r\nAuth-Login-Attempt: `
  const isNamed = protocol === 'smtp'
  const own = headers.map(([name, value]) => header(name, value)).join('')
  const end = `${own}${persistence(version, keeps, headers)}\r\n`
  return question => {
    const { attempt, client, number } = question
    const { login, password, salt } = attempt
    const method = methods[attempt.mechanism]
    const after = [
      salt === '' ? '' : header('Auth-Salt', salt),
      counted,
      `${number}`,
      '\r\nClient-IP: ',
      oneLine(client.address),
      // Pieces, not one text of them: what is put together of texts is laid out by V8 before it can be read.
      isNamed ? '\r\nClient-Host: ' : '',
      isNamed ? oneLine(client.name) : '',
      '\r\n',
      known(question),
      end,
    ]
    let size = start.length + method.length + user.length + escapedLength(login)
    size += pass.length + escapedLength(password) + '\r\n'.length
    for (const part of after) size += part.length
    const bytes = Buffer.allocUnsafe(size)
    // The password is only ever copied into the request, without a string that nobody can zero.
    let at = put(bytes, 0, start)
    at = put(bytes, at, method)
    at = put(bytes, at, user)
    at = putEscaped(bytes, at, login)
    at = put(bytes, at, pass)
    at = putEscaped(bytes, at, password)
    at = put(bytes, at, '\r\n')
    for (const part of after) at = put(bytes, at, part)
    return bytes
  }
}

/**
 * Whether the connection is to stay, where `version` says otherwise (RFC 9112 9.3, C.2.2). It stands behind all that
 * nginx sends; what `auth_http_header` says of the connection counts instead.
 */
function persistence(version: HttpVersion, keeps: boolean, headers: Asking['headers']): string {
  const isSaid = headers.some(([name]) => name.toLowerCase() === 'connection')
  if (isSaid || keeps === (version === '1.1')) return ''
  return header('Connection', keeps ? 'keep-alive' : 'close')
}

const user = '\r\nAuth-User: '
const pass = '\r\nAuth-Pass: '

/** What is told of some clients alone. */
function known({ attempt, client, tls }: Question): string {
  let text = ''
  if (client.proxied) text += proxyHeaders(client.proxied)
  if (attempt.mechanism === 'none') text += envelopeHeaders(attempt)
  if (tls) text += tlsHeaders(tls)
  return text
}

/** LOGIN is told as PLAIN: to an auth server they are the same. */
const methods: Readonly<Record<Mechanism, string>> = {
  plain: 'plain',
  login: 'plain',
  'cram-md5': 'cram-md5',
  apop: 'apop',
  external: 'external',
  xoauth2: 'xoauth2',
  oauthbearer: 'oauthbearer',
  none: 'none',
}

function proxyHeaders({ source, destination }: Exclude<Client['proxied'], undefined>): string {
  return (
    header('Proxy-Protocol-Addr', source.address) +
    header('Proxy-Protocol-Port', `${source.port}`) +
    header('Proxy-Protocol-Server-Addr', destination.address) +
    header('Proxy-Protocol-Server-Port', `${destination.port}`)
  )
}

function envelopeHeaders({ greeted, mail, rcpt }: Attempt): string {
  return (
    header('Auth-SMTP-Helo', greeted?.name ?? '') +
    header('Auth-SMTP-From', mail?.toString('latin1') ?? '') +
    header('Auth-SMTP-To', rcpt?.toString('latin1') ?? '')
  )
}

function tlsHeaders(tls: Tls): string {
  return (
    header('Auth-SSL', 'on') +
    told('Auth-SSL-Protocol', tls.protocol) +
    told('Auth-SSL-Cipher', tls.cipher) +
    told('Auth-SSL-Verify', tls.verify) +
    told('Auth-SSL-Subject', tls.subject) +
    told('Auth-SSL-Issuer', tls.issuer) +
    told('Auth-SSL-Serial', tls.serial) +
    told('Auth-SSL-Fingerprint', tls.fingerprint) +
    told('Auth-SSL-Cert', tls.certificate && escaped(tls.certificate))
  )
}

function told(name: string, value: string | undefined): string {
  return value ? header(name, value) : ''
}

/** Nothing ends the line, whoever wrote `value`. */
function header(name: string, value: string): string {
  return `${name}: ${oneLine(value)}\r\n`
}

const percent = 0x25
const lastEscaped = 0x20
const digits = '0123456789ABCDEF'

function escaped(text: string): string {
  const plain = Buffer.from(text, 'latin1')
  const bytes = Buffer.allocUnsafe(escapedLength(plain))
  putEscaped(bytes, 0, plain)
  return bytes.toString('latin1')
}

function escapedLength(bytes: Buffer): number {
  let length = bytes.length
  for (let i = 0; i < bytes.length; i++) if (isSpecial(bytes[i] ?? 0)) length += 2
  return length
}

/** Octets up to the space, and `%`, become `%` and two upper case hexadecimal digits. */
function putEscaped(into: Buffer, start: number, bytes: Buffer): number {
  let at = start
  for (let i = 0; i < bytes.length; i++) {
    const octet = bytes[i] ?? 0
    if (isSpecial(octet)) {
      into[at++] = percent
      into[at++] = digits.charCodeAt(octet >> 4)
      into[at++] = digits.charCodeAt(octet & 15)
    } else into[at++] = octet
  }
  return at
}

function isSpecial(octet: number): boolean {
  return octet <= lastEscaped || octet === percent
}
