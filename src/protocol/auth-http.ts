import type { Mechanism } from '../words/mechanism.ts'
import type { ProtocolName } from '../words/protocol-name.ts'
import { line } from './converse.ts'
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
  readonly tls?: Tls
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

type Header = readonly [name: string, value: string | Buffer]

/** The whole request. It holds the password: whoever sends it zeroes it. */
export function request(question: Question): Buffer {
  const { attempt, client, headers, host, number, protocol, tls, uri } = question
  const password = escaped(attempt.password)
  const lines: readonly Header[] = [
    ['Host', host],
    ['Auth-Method', methods[attempt.mechanism]],
    ['Auth-User', escaped(attempt.login)],
    ['Auth-Pass', password],
    ...(attempt.salt === '' ? [] : [['Auth-Salt', attempt.salt] as const]),
    ['Auth-Protocol', protocol],
    ['Auth-Login-Attempt', `${number}`],
    ['Client-IP', client.address],
    ...(protocol === 'smtp' ? [['Client-Host', client.name] as const] : []),
    ...(client.proxied ? proxyHeaders(client.proxied) : []),
    ...(attempt.mechanism === 'none' ? envelopeHeaders(attempt) : []),
    ...(tls ? tlsHeaders(tls) : []),
    ...headers,
  ]
  const bytes = printed(`GET ${uri} HTTP/1.${question.keepAlive ? 1 : 0}`, lines)
  password.fill(0)
  return bytes
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

function proxyHeaders({
  source,
  destination,
}: Exclude<Client['proxied'], undefined>): readonly Header[] {
  return [
    ['Proxy-Protocol-Addr', source.address],
    ['Proxy-Protocol-Port', `${source.port}`],
    ['Proxy-Protocol-Server-Addr', destination.address],
    ['Proxy-Protocol-Server-Port', `${destination.port}`],
  ]
}

function envelopeHeaders({ greeted, mail, rcpt }: Attempt): readonly Header[] {
  return [
    ['Auth-SMTP-Helo', greeted?.name ?? ''],
    ['Auth-SMTP-From', mail?.toString('latin1') ?? ''],
    ['Auth-SMTP-To', rcpt?.toString('latin1') ?? ''],
  ]
}

function tlsHeaders(tls: Tls): readonly Header[] {
  const told: readonly Header[] = [
    ['Auth-SSL-Protocol', tls.protocol ?? ''],
    ['Auth-SSL-Cipher', tls.cipher ?? ''],
    ['Auth-SSL-Verify', tls.verify ?? ''],
    ['Auth-SSL-Subject', tls.subject ?? ''],
    ['Auth-SSL-Issuer', tls.issuer ?? ''],
    ['Auth-SSL-Serial', tls.serial ?? ''],
    ['Auth-SSL-Fingerprint', tls.fingerprint ?? ''],
    ['Auth-SSL-Cert', escaped(Buffer.from(tls.certificate ?? '', 'latin1'))],
  ]
  return [['Auth-SSL', 'on'], ...told.filter(([, value]) => value.length > 0)]
}

const percent = 0x25
const lastEscaped = 0x20

/** Octets up to the space, and `%`, become `%` and two upper case hexadecimal digits. */
function escaped(bytes: Buffer): Buffer {
  let special = 0
  for (let i = 0; i < bytes.length; i++) if (isSpecial(bytes[i] ?? 0)) special++
  const text = Buffer.allocUnsafe(bytes.length + 2 * special)
  let at = 0
  for (let i = 0; i < bytes.length; i++) {
    const octet = bytes[i] ?? 0
    if (isSpecial(octet)) {
      at += text.write(`%${octet.toString(16).toUpperCase().padStart(2, '0')}`, at, 'latin1')
    } else text[at++] = octet
  }
  return text
}

function isSpecial(octet: number): boolean {
  return octet <= lastEscaped || octet === percent
}

/** Strings go in as one; a buffer, which may be the password, is only ever copied into the request. */
function printed(first: string, headers: readonly Header[]): Buffer {
  const parts: (string | Buffer)[] = []
  let text = `${first}\r\n`
  for (const [name, value] of headers) {
    text += `${name}: `
    if (typeof value === 'string') text += oneLine(value)
    else if (value.length > 0) {
      parts.push(text, value)
      text = ''
    }
    text += '\r\n'
  }
  parts.push(text)
  return line(parts)
}

/** Nothing ends the line, whoever wrote it; buffers are escaped already. */
function oneLine(value: string): string {
  return /[\0\r\n]/.test(value) ? value.replace(/[\0\r\n]/g, ' ') : value
}
