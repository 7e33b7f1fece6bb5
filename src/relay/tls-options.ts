import { createHash, constants as openssl } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { SecureContextOptions, SecureVersion } from 'node:tls'
import type { ConfOption, ServerSettings } from '../config/config.ts'

/** What the `ssl_*` directives say of every context of a server block, keys and certificates apart. */
export type Options = Pick<
  SecureContextOptions,
  | 'ca'
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

/** Octets of a ticket key that Node takes: its name, and a key each for HMAC and AES-128. */
const ticketKeySize = 48

/** The options, or the first file that cannot be used. */
export function tlsOptions(settings: ServerSettings): Options | KeyFault {
  const files = readAll(settings)
  if ('reason' in files) return files
  const { authorities, crl, dhparam, ticketKey } = files
  const ticketKeys = ticketKey && nodeTicketKeys(ticketKey)
  if (ticketKey && !ticketKeys) return ticketKeyFault(settings, ticketKey)
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
    secureOptions: secureOptions(settings),
    sessionTimeout: settings.ssl_session_timeout / 1_000,
    sessionIdContext: sessionIdContext(settings, [...authorities, ...crl]),
    ...(sigalgs === undefined ? {} : { sigalgs }),
    ...(dhparam ? { dhparam } : {}),
    ...(ticketKeys ? { ticketKeys } : {}),
    ...(authorities.length > 0 ? { ca: authorities } : {}),
    ...(crl.length > 0 ? { crl } : {}),
  }
}

function readAll(settings: ServerSettings) {
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
      authorities: verifies
        ? [...read(ssl_client_certificate), ...read(ssl_trusted_certificate)]
        : [],
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
function nodeTicketKeys(key: Buffer): Buffer | undefined {
  if (key.length !== ticketKeySize) return undefined
  return Buffer.concat([key.subarray(0, 16), key.subarray(32), key.subarray(16, 32)])
}

function ticketKeyFault(settings: ServerSettings, { length }: Buffer): KeyFault {
  const file = settings.ssl_session_ticket_key[0] ?? ''
  return { file, reason: `has ${length} octets, a ticket key that Node takes has ${ticketKeySize}` }
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

function secureOptions({ ssl_session_tickets, ssl_conf_command }: ServerSettings): number {
  let options: number = ssl_session_tickets ? 0 : openssl.SSL_OP_NO_TICKET
  for (const [name, on] of ssl_conf_command.flatMap(({ flags }) => flags)) {
    const [whenOn, whenOff] = flags[name]
    // They are unsigned 32 bits; JavaScript's operators give signed ones.
    options = ((options | (on ? whenOn : whenOff)) & ~(on ? whenOff : whenOn)) >>> 0
  }
  return options
}

/** What OpenSSL or the file system said, without its code prefix. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message.replace(/^error:[0-9A-F]+:/, '')
}
