import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls'
import type { ServerSettings } from '../config/config.ts'
import { pemName, pemText } from '../config/pem.ts'
import { blamed } from './blamed.ts'
import { type PrivateKey, passphrases, privateKey } from './private-key.ts'
import { type KeyFault, type Options, reasonOf, tlsOptions } from './tls-options.ts'
import { trusting } from './trusted.ts'

/**
 * What the key files of a server block become: one context for each set of host names, chosen by
 * SNI; certificates of different key types for the same names share one.
 */
export interface Contexts {
  /** For clients that name no host, or one that no certificate is for: the first. */
  readonly fallback: SecureContext
  /** Whether the name that a client asks for makes a difference. */
  readonly several: boolean
  forName(serverName: string): SecureContext
}

interface Pair {
  readonly file: string
  readonly certificate: Buffer
  readonly key: PrivateKey
  readonly hosts: readonly string[]
}

/** The contexts of one server block, or the first file that cannot be used. */
export function contexts(settings: ServerSettings): Contexts | KeyFault {
  const options = tlsOptions(settings)
  if ('reason' in options) return options
  const opening = openers(settings)
  if (!('passphrases' in opening)) return opening
  const pairs: Pair[] = []
  for (const [at, { file, hosts }] of settings.ssl_certificate.entries()) {
    const read = pair(file, settings.ssl_certificate_key[at] ?? file, hosts, opening.passphrases)
    if ('reason' in read) return read
    pairs.push(read)
  }
  const made: { hosts: ReadonlySet<string>; context: SecureContext }[] = []
  for (const group of grouped(pairs)) {
    const context = secureContext(group, options, settings)
    if ('reason' in context) return context
    made.push({ hosts: new Set(group.flatMap(({ hosts }) => hosts)), context })
  }
  const fallback = made[0]?.context
  if (!fallback) return { file: '', reason: 'no certificate is given' }
  return {
    fallback,
    several: made.length > 1,
    forName: name => named(made, name.toLowerCase()) ?? fallback,
  }
}

/** What a leg to a backend trusts: `proxy_ssl_trusted_certificate`, else the roots that Node carries. */
export function backendContext(settings: ServerSettings): SecureContext | KeyFault {
  const file = settings.proxy_ssl_trusted_certificate
  try {
    const ca = file ? readFileSync(file) : rootCertificates.slice()
    return createSecureContext(settings.proxy_ssl_verify ? { ca } : {})
  } catch (error) {
    return { file: file ?? '', reason: reasonOf(error) }
  }
}

/** The passphrases that keys are tried with. */
function openers({
  ssl_password_file: file,
}: ServerSettings): KeyFault | { readonly passphrases: readonly string[] } {
  if (file === undefined) return { passphrases: [] }
  try {
    return { passphrases: passphrases(readFileSync(file, 'utf8')) }
  } catch (error) {
    return { file, reason: reasonOf(error) }
  }
}

/** What an `https:` auth server is verified with. */
export function authContext(settings: ServerSettings): SecureContext | KeyFault | undefined {
  const file = settings.auth_http_ssl_trusted_certificate
  if (!settings.auth_http?.tls) return undefined
  try {
    return createSecureContext({ ca: file ? readFileSync(file) : rootCertificates.slice() })
  } catch (error) {
    return { file: file ?? '', reason: reasonOf(error) }
  }
}

function pair(
  file: string,
  keyFile: string,
  hosts: readonly string[],
  opening: readonly string[],
): Pair | KeyFault {
  let reading = file
  try {
    const certificate = readPem(file)
    reading = keyFile
    const key = privateKey(readPem(keyFile), opening)
    if ('reason' in key) return { file: pemName(keyFile), reason: key.reason }
    if (!fit(certificate, key)) {
      return {
        file: pemName(keyFile),
        reason: `key values mismatch with the certificate ${pemName(file)}`,
      }
    }
    reading = file
    const names = hosts.length > 0 ? hosts : hostNames(certificate)
    return { file, certificate, key, hosts: names.map(name => name.toLowerCase()) }
  } catch (error) {
    return { file: pemName(reading), reason: reasonOf(error) }
  }
}

function readPem(source: string): Buffer {
  const text = pemText(source)
  return text === undefined ? readFileSync(source) : Buffer.from(text)
}

/** Pairs for the same names together, in the order of the first of each. */
function grouped(pairs: readonly Pair[]): readonly (readonly Pair[])[] {
  return [...Map.groupBy(pairs, ({ hosts }) => hosts.toSorted().join(' ')).values()]
}

function secureContext(
  pairs: readonly Pair[],
  options: Options,
  settings: ServerSettings,
): SecureContext | KeyFault {
  try {
    return trusting(options, {
      cert: pairs.map(({ certificate }) => certificate),
      key: pairs.map(({ key }) => key),
    })
  } catch (error) {
    return blamed(settings) ?? { file: pemName(pairs[0]?.file ?? ''), reason: reasonOf(error) }
  }
}

/** OpenSSL does not mind where the two are of different kinds, and then serves nobody. */
function fit(certificate: Buffer, { pem, passphrase }: PrivateKey): boolean {
  try {
    const key = createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) })
    return new X509Certificate(certificate).checkPrivateKey(key)
  } catch {
    // Whatever is wrong with one of them is told by who uses them.
    return true
  }
}

/** The DNS names of a certificate: its subject alternative names, else its common name. */
function hostNames(pem: Buffer): readonly string[] {
  const certificate = new X509Certificate(pem)
  const alternative = [...(certificate.subjectAltName ?? '').matchAll(/DNS:([^,\s]+)/g)]
  if (alternative.length > 0) return alternative.flatMap(([, name]) => name ?? [])
  return /^CN=(.+)$/m.exec(certificate.subject)?.slice(1) ?? []
}

function named(
  made: readonly { hosts: ReadonlySet<string>; context: SecureContext }[],
  name: string,
): SecureContext | undefined {
  const wild = name.replace(/^[^.]+/, '*')
  return (made.find(({ hosts }) => hosts.has(name)) ?? made.find(({ hosts }) => hosts.has(wild)))
    ?.context
}
