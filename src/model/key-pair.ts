/**
 * A Secret of type kubernetes.io/tls → a certificate and a key that fit each other. The last word
 * has OpenSSL, which refuses pairs that `X509Certificate` accepts (RSA-1024, a broken second
 * certificate in the chain).
 */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type { Secret } from '../api/objects.ts'
import { file } from './file.ts'
import type { KeyPair } from './model.ts'
import { dataOf } from './secret-data.ts'

export type PairVerdict =
  | { readonly kind: 'good'; readonly pair: KeyPair }
  /** Fragments that finish the sentence "the Secret NAME …". */
  | { readonly kind: 'bad'; readonly faults: readonly string[] }

const certificateBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g
const keyBlock = /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----[^-]+-----END (?:[A-Z]+ )?PRIVATE KEY-----/

export function keyPair(secret: Secret): PairVerdict {
  const chain = dataOf(secret, 'tls.crt')
  const key = dataOf(secret, 'tls.key')
  const faults = [
    ...(secret.type === undefined || secret.type === 'kubernetes.io/tls'
      ? []
      : ['is not of type kubernetes.io/tls']),
    ...presence('tls.crt', chain, pemCertificates(chain).length > 0, 'certificate'),
    ...presence('tls.key', key, keyBlock.test(key ?? ''), 'private key'),
  ]
  if (faults.length > 0 || chain === undefined || key === undefined) return { kind: 'bad', faults }
  return fitting(pemCertificates(chain), keyBlock.exec(key)?.[0] ?? '')
}

function presence(
  name: string,
  content: string | undefined,
  found: boolean,
  wanted: string,
): readonly string[] {
  if (content === undefined) return [`has no ${name}`]
  return found ? [] : [`holds no ${wanted} in PEM in ${name}`]
}

export function pemCertificates(text: string | undefined): readonly string[] {
  return text?.match(certificateBlock) ?? []
}

function fitting(chain: readonly string[], key: string): PairVerdict {
  const [leaf, ...rest] = chain.map(certificate)
  const privateKey = attempt(() => createPrivateKey(key))
  if (!leaf || !rest.every(one => one !== undefined))
    return bad('holds in tls.crt a certificate that cannot be read')
  if (!privateKey) return bad('holds in tls.key a key that cannot be read')
  if (!attempt(() => leaf.checkPrivateKey(privateKey)))
    return bad('holds in tls.key a key that does not fit the first certificate of tls.crt')
  const pem = `${[...chain, key].join('\n')}\n`
  const refusal = openSslRefusal(pem)
  if (refusal !== undefined) return bad(`holds a pair that OpenSSL refuses (${refusal})`)
  const names = dnsNames(leaf)
  return {
    kind: 'good',
    pair: { file: file(pem), names, ...lifetime(leaf, rest) },
  }
}

function lifetime(leaf: X509Certificate, rest: readonly X509Certificate[]) {
  const issuers = [...rest.entries()].map(([at, issuer]) => [rest[at - 1] ?? leaf, issuer] as const)
  return {
    notAfter: leaf.validToDate.getTime(),
    notBefore: leaf.validFromDate.getTime(),
    chainNotAfter: Math.min(...rest.map(one => one.validToDate.getTime())),
    inOrder: issuers.every(([issued, issuer]) => issued.checkIssued(issuer)),
  }
}

const bad = (fault: string): PairVerdict => ({ kind: 'bad', faults: [fault] })

export function certificate(pem: string): X509Certificate | undefined {
  return attempt(() => new X509Certificate(pem))
}

function openSslRefusal(pem: string): string | undefined {
  try {
    createSecureContext({ cert: pem, key: pem })
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, 200) : 'no reason given'
  }
}

/** node:crypto tells bad input by throwing. */
function attempt<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}

/** DNS names of subjectAltName, else the common name (RFC 6125). */
function dnsNames(leaf: X509Certificate): readonly string[] {
  const alternative = [...(leaf.subjectAltName ?? '').matchAll(/DNS:([^,"\s]+)/g)]
  const names = alternative.map(([, name = '']) => name.toLowerCase())
  if (names.length > 0) return names
  const [, common] = /(?:^|\n)CN=([^\n]+)/.exec(leaf.subject ?? '') ?? []
  return common && /^[-*._A-Za-z0-9]+$/.test(common) ? [common.toLowerCase()] : []
}

/** Whether a certificate's name is for `host`; a wildcard stands for one label (RFC 6125 6.4.3). */
export function covers(name: string, host: string): boolean {
  const wanted = host.toLowerCase()
  if (name === wanted) return true
  return name.startsWith('*.') && wanted.slice(wanted.indexOf('.')) === name.slice(1)
}
