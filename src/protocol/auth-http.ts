import { Buffer } from 'node:buffer'
import type { Mechanism } from '../words/mechanism.ts'
import type { ProtocolName } from '../words/protocol-name.ts'
import { oneLine } from './converse.ts'
import { put } from './octets.ts'
import type { Attempt, Client } from './protocol.ts'

/**
 * nginx's auth_http protocol, the asking half: `GET` over HTTP/1.0, all that is to be judged in
 * headers, whose order and escaping auth servers rely on. No CR, LF or NUL gets into a header.
 */
export interface Question {
  /** The `Host` header, without a port. */
  readonly host: string
  readonly uri: string
  /** Asks in HTTP/1.1, so that the connection may stay; else in nginx's HTTP/1.0. */
  readonly keepAlive?: boolean
  readonly protocol: ProtocolName
  readonly attempt: Attempt
  /** Which attempt of the session this is, from 1. */
  readonly number: number
  readonly client: Client
  /** Of a client's connection that is TLS. */
  readonly tls?: Tls | undefined
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
export function request(question: Question): Buffer {
  const { attempt, host, keepAlive, uri } = question
  const { login, mechanism, password } = attempt
  const start = `GET ${uri} HTTP/1.${keepAlive ? 1 : 0}\r\n${header('Host', host)}`
  const before = `${start}Auth-Method: ${methods[mechanism]}\r\nAuth-User: `
  const after = `\r\n${headers(question)}\r\n`
  const escaped = escapedLength(login) + escapedLength(password)
  const bytes = Buffer.allocUnsafe(before.length + escaped + between.length + after.length)
  // The password is only ever copied into the request, without a string that nobody can zero.
  let at = put(bytes, 0, before)
  at = putEscaped(bytes, at, login)
  at = put(bytes, at, between)
  at = putEscaped(bytes, at, password)
  put(bytes, at, after)
  return bytes
}

/** What stands between the user and the password. */
const between = '\r\nAuth-Pass: '

/** What follows the password, but for the line that ends it all. */
function headers(question: Question): string {
  const { attempt, client, number, protocol, tls } = question
  const salt = attempt.salt === '' ? '' : header('Auth-Salt', attempt.salt)
  let text = `${salt}Auth-Protocol: ${protocol}\r\nAuth-Login-Attempt: ${number}\r\n`
  text += header('Client-IP', client.address)
  if (protocol === 'smtp') text += header('Client-Host', client.name)
  if (client.proxied) text += proxyHeaders(client.proxied)
  if (attempt.mechanism === 'none') text += envelopeHeaders(attempt)
  if (tls) text += tlsHeaders(tls)
  for (const [name, value] of question.headers) text += header(name, value)
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
