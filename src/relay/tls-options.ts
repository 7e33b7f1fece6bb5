import { createHash, constants as openssl } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { SecureContextOptions, SecureVersion } from 'node:tls'
import type { ConfOption, ServerSettings } from '../config/config.ts'
import { isDhParameters } from './dh-parameters.ts'

/** What the `ssl_*` directives say of every context of a server block, keys and certificates apart. */
export type Options = ContextOptions & {
  /** Clients are asked for certificates. */
  readonly asks: boolean
  /** Authorities whose names clients are told. */
  readonly ca: readonly Buffer[]
  /** Authorities whose names they are not told. */
  readonly trusted: readonly Buffer[]
}

type ContextOptions = Pick<
  SecureContextOptions,
  | 'ciphers'
  | 'crl'
  | 'dhparam'
  | 'ecdhCurve'
  | 'honorCipherOrder'
  | 'maxVersion'
  | 'minVersion'
  | 'secureOptions'
  | 'sessionIdContext'
  | 'sessionTimeout'
  | 'sigalgs'
  | 'ticketKeys'
>

/** A file that cannot be used, with the reason. */
export interface KeyFault {
  readonly file: string
  readonly reason: string
}

/** Node takes a list without TLS 1.3 suites for "no TLS 1.3"; nginx leaves those suites alone. */
const tls13Suites = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256'

const versions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const

/** What begins a certificate that Node reads. */
const certificateMark = '-----BEGIN CERTIFICATE-----'

/** Octets of a ticket key that Node takes: its name, and a key each for HMAC and AES-128. */
const ticketKeySize = 48

/** The options, or the first file that cannot be used. */
export function tlsOptions(settings: ServerSettings): Options | KeyFault {
  const files = readAll(settings)
  if ('reason' in files) return files
  const { authorities, trusted, crl, dhparam, ticketKey } = files
  const fault = contentFault(settings, files)
  if (fault) return fault
  const ticketKeys = ticketKey && nodeTicketKeys(ticketKey)
  const enabled = versions.filter(version => settings.ssl_protocols.includes(version))
  const words = new Map(settings.ssl_conf_command.map(({ name, value }) => [name, value]))
  const curves = words.get('Groups') ?? words.get('Curves') ?? settings.ssl_ecdh_curve
  const sigalgs = words.get('SignatureAlgorithms')
  const suites = words.get('Ciphersuites') ?? tls13Suites
  return {
    ciphers: `${suites}:${words.get('CipherString') ?? settings.ssl_ciphers}`,
    minVersion: version(words.get('MinProtocol')) ?? enabled[0] ?? 'TLSv1.2',
    maxVersion: version(words.get('MaxProtocol')) ?? enabled.at(-1) ?? 'TLSv1.3',
    ecdhCurve: curves,
    honorCipherOrder: settings.ssl_prefer_server_ciphers,
    secureOptions: secureOptions(settings, enabled),
    sessionTimeout: settings.ssl_session_timeout / 1_000,
    sessionIdContext: sessionIdContext(settings, [...authorities, ...trusted, ...crl]),
    ...(sigalgs === undefined ? {} : { sigalgs }),
    ...(dhparam ? { dhparam } : {}),
    ...(ticketKeys ? { ticketKeys } : {}),
    ca: authorities,
    trusted,
    asks: settings.ssl_verify_client !== 'off',
    ...(crl.length > 0 ? { crl } : {}),
  }
}

interface Files {
  readonly authorities: readonly Buffer[]
  readonly trusted: readonly Buffer[]
  readonly crl: Buffer[]
  readonly dhparam: Buffer | undefined
  readonly ticketKey: Buffer | undefined
}

function readAll(settings: ServerSettings): Files | KeyFault {
  const { ssl_client_certificate, ssl_trusted_certificate, ssl_crl, ssl_dhparam } = settings
  const verifies = settings.ssl_verify_client !== 'off'
  let reading = ''
  const read = (file: string | undefined): Buffer[] => {
    if (file === undefined) return []
    reading = file
    return [readFileSync(file)]
  }
  try {
    return {
      authorities: verifies ? read(ssl_client_certificate) : [],
      trusted: verifies ? read(ssl_trusted_certificate) : [],
      crl: verifies ? read(ssl_crl) : [],
      dhparam: read(ssl_dhparam)[0],
      ticketKey: read(settings.ssl_session_ticket_key[0])[0],
    }
  } catch (error) {
    return { file: reading, reason: reasonOf(error) }
  }
}

function version(word: string | undefined): SecureVersion | undefined {
  if (word === 'None') return undefined
  return versions.find(known => known === word)
}

/** nginx's file is name, AES key, HMAC key; Node wants name, HMAC key, AES key. */
function nodeTicketKeys(key: Buffer): Buffer {
  return Buffer.concat([key.subarray(0, 16), key.subarray(32), key.subarray(16, 32)])
}

/** A file of which Node would drop what it does not understand, without a word. */
function contentFault(settings: ServerSettings, files: Files): KeyFault | undefined {
  const { authorities, trusted, dhparam, ticketKey } = files
  const { ssl_client_certificate, ssl_trusted_certificate, ssl_dhparam } = settings
  const lacks = (found: readonly Buffer[]) => found.some(file => !file.includes(certificateMark))
  const fault = (file: string | undefined, reason: string) => ({ file: file ?? '', reason })
  if (lacks(authorities)) return fault(ssl_client_certificate, 'holds no certificate')
  if (lacks(trusted)) return fault(ssl_trusted_certificate, 'holds no certificate')
  if (dhparam && !isDhParameters(dhparam)) {
    const reason = 'holds no "DH PARAMETERS" that Node takes, such as "openssl dhparam" writes'
    return fault(ssl_dhparam, reason)
  }
  if (!ticketKey || ticketKey.length === ticketKeySize) return undefined
  const reason = `has ${ticketKey.length} octets, a ticket key that Node takes has ${ticketKeySize}`
  return fault(settings.ssl_session_ticket_key[0], reason)
}

/**
 * A session is resumed, with the certificate that its client once showed, only where the same would
 * be asked of that certificate: several servers may share a ticket key.
 */
function sessionIdContext(settings: ServerSettings, trusted: readonly Buffer[]): string {
  const { ssl_verify_client, ssl_verify_depth } = settings
  const hash = createHash('sha256').update(`MAIL ${ssl_verify_client} ${ssl_verify_depth}`)
  for (const file of trusted) hash.update(file)
  return hash.digest('hex').slice(0, 32)
}

/** What each option of SSL_CONF sets when it is on, and when it is off. */
const flags: Readonly<Record<ConfOption, readonly [on: number, off: number]>> = {
  AllowNoDHEKEX: [openssl.SSL_OP_ALLOW_NO_DHE_KEX, 0],
  Bugs: [openssl.SSL_OP_ALL, 0],
  Compression: [0, openssl.SSL_OP_NO_COMPRESSION],
  EmptyFragments: [0, openssl.SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS],
  EncryptThenMac: [0, openssl.SSL_OP_NO_ENCRYPT_THEN_MAC],
  NoRenegotiation: [openssl.SSL_OP_NO_RENEGOTIATION, 0],
  NoResumptionOnRenegotiation: [openssl.SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION, 0],
  PrioritizeChaCha: [openssl.SSL_OP_PRIORITIZE_CHACHA, 0],
  ServerPreference: [openssl.SSL_OP_CIPHER_SERVER_PREFERENCE, 0],
  SessionTicket: [0, openssl.SSL_OP_NO_TICKET],
  UnsafeLegacyRenegotiation: [openssl.SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION, 0],
}

/** What leaves out a version between two that are spoken. */
const without: Readonly<Record<(typeof versions)[number], number>> = {
  TLSv1: openssl.SSL_OP_NO_TLSv1,
  'TLSv1.1': openssl.SSL_OP_NO_TLSv1_1,
  'TLSv1.2': openssl.SSL_OP_NO_TLSv1_2,
  'TLSv1.3': openssl.SSL_OP_NO_TLSv1_3,
}

function secureOptions(
  { ssl_session_tickets, ssl_conf_command }: ServerSettings,
  enabled: readonly (typeof versions)[number][],
): number {
  // A client that could ask for handshake after handshake would cost us more than itself (CVE-2011-1473).
  let options: number = openssl.SSL_OP_NO_RENEGOTIATION
  if (!ssl_session_tickets) options |= openssl.SSL_OP_NO_TICKET
  const [first = versions[0], last = first] = [enabled[0], enabled.at(-1)]
  for (const version of versions.slice(versions.indexOf(first), versions.indexOf(last))) {
    if (!enabled.includes(version)) options |= without[version]
  }
  for (const [name, on] of ssl_conf_command.flatMap(({ flags }) => flags)) {
    const [whenOn, whenOff] = flags[name]
    // They are unsigned 32 bits; JavaScript's operators give signed ones.
    options = ((options | (on ? whenOn : whenOff)) & ~(on ? whenOff : whenOn)) >>> 0
  }
  return options
}

/** What OpenSSL or the file system said, without its code prefix, and without the file's name. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message.replace(/^error:[0-9A-F]+:/, '').replace(/, (?:open|read)(?: '.*')?$/s, '')
}
