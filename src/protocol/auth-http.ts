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
  readonly protocol: ProtocolName
  readonly attempt: Attempt
  /** Which attempt of the session this is, from 1. */
  readonly number: number
  readonly client: Client
  /** What a PROXY header said, where the client's connection had one. */
  readonly proxied?: Proxied
  /** Of a client's connection that is TLS. */
  readonly tls?: Tls
  /** Those of `auth_http_header`, in order. */
  readonly headers: readonly (readonly [name: string, value: string])[]
}

export interface Proxied {
  readonly address: string
  readonly port: number
  readonly serverAddress: string
  readonly serverPort: number
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
  const { attempt, client, headers, host, number, protocol, proxied, tls, uri } = question
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
    ...(proxied ? proxyHeaders(proxied) : []),
    ...(attempt.mechanism === 'none' ? envelopeHeaders(attempt) : []),
    ...(tls ? tlsHeaders(tls) : []),
    ...headers,
  ]
  const bytes = printed(`GET ${uri} HTTP/1.0`, lines)
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
  none: 'none',
}

function proxyHeaders(proxied: Proxied): readonly Header[] {
  return [
    ['Proxy-Protocol-Addr', proxied.address],
    ['Proxy-Protocol-Port', `${proxied.port}`],
    ['Proxy-Protocol-Server-Addr', proxied.serverAddress],
    ['Proxy-Protocol-Server-Port', `${proxied.serverPort}`],
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
  const special = bytes.filter(isSpecial).length
  const text = Buffer.alloc(bytes.length + 2 * special)
  let at = 0
  for (const octet of bytes) {
    if (isSpecial(octet)) {
      at += text.write(`%${octet.toString(16).toUpperCase().padStart(2, '0')}`, at, 'latin1')
    } else text[at++] = octet
  }
  return text
}

function isSpecial(octet: number): boolean {
  return octet <= lastEscaped || octet === percent
}

function printed(first: string, headers: readonly Header[]): Buffer {
  const lines = headers.map(([name, value]) => [`${name}: `, oneLine(value), '\r\n'] as const)
  const bytes = line([`${first}\r\n`, ...lines.flat()])
  for (const [, value] of lines) value.fill(0)
  return bytes
}

/** A copy in which nothing ends the line, whoever wrote it. */
function oneLine(value: string | Buffer): Buffer {
  const bytes = Buffer.alloc(value.length)
  if (typeof value === 'string') bytes.write(value, 'latin1')
  else value.copy(bytes)
  for (const [i, octet] of bytes.entries()) if (lineEnds.has(octet)) bytes[i] = 0x20
  return bytes
}

const lineEnds: ReadonlySet<number> = new Set([0x00, 0x0a, 0x0d])
