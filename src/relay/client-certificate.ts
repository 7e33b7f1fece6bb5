import type { DetailedPeerCertificate, TLSSocket } from 'node:tls'
import type { ServerSettings } from '../config/config.ts'
import type { Tls } from '../protocol/auth-http.ts'

/** What nginx says to a client whose certificate it does not take. */
export type CertificateFault = 'invalid' | 'missing'

/** What an auth server is told of a client's certificate. */
export type CertificateFacts = Omit<Tls, 'protocol' | 'cipher'>

/** What the handshake showed of the client's certificate. */
export interface Shown {
  /** Why the session ends; `undefined`: it goes on. */
  readonly fault: CertificateFault | undefined
  readonly facts: CertificateFacts
}

/** What `optional_no_ca` leaves to the auth server: the certificate is whole, but who signed it? */
const unknownAuthority: ReadonlySet<string> = new Set([
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/**
 * For a depth that Node cannot set. Who goes on behind "certificate chain too long", as nginx does,
 * hears this of OpenSSL in the end: it looked no further for an authority that it knows.
 */
const tooLong = {
  code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  message: 'unable to get local issuer certificate',
}

/**
 * Judges the client's certificate by `ssl_verify_client`, once the handshake is over, so that the
 * client can be told in its protocol's words.
 */
export function shown(tls: TLSSocket, settings: ServerSettings): Shown {
  const { ssl_verify_client: mode } = settings
  const certificate = tls.getPeerX509Certificate()
  if (!certificate) {
    return { fault: mode === 'on' ? 'missing' : undefined, facts: { verify: 'NONE' } }
  }
  const error = verifyError(tls) ?? depthError(tls, settings.ssl_verify_depth)
  const tolerated = mode === 'optional_no_ca' && error && unknownAuthority.has(error.code)
  return {
    fault: error && !tolerated ? 'invalid' : undefined,
    facts: {
      verify: error ? `FAILED:${error.message}` : 'SUCCESS',
      subject: rfc2253(certificate.subject),
      issuer: rfc2253(certificate.issuer),
      serial: certificate.serialNumber,
      fingerprint: certificate.fingerprint.replaceAll(':', '').toLowerCase(),
      ...(settings.auth_http_pass_client_cert ? { certificate: certificate.toString() } : {}),
    },
  }
}

interface VerifyError {
  readonly code: string
  readonly message: string
}

/** What OpenSSL found; Node shows it by this way alone to who makes a `TLSSocket` himself. */
function verifyError(tls: TLSSocket): VerifyError | undefined {
  const handle: unknown = Reflect.get(tls, 'ssl')
  if (typeof handle !== 'object' || handle === null) return unknown
  const verify: unknown = Reflect.get(handle, 'verifyError')
  if (typeof verify !== 'function') return unknown
  const error: unknown = Reflect.apply(verify, handle, [])
  if (error === null || error === undefined) return undefined
  if (!(error instanceof Error) || !('code' in error)) return unknown
  // Behind OpenSSL's words Node gives advice.
  return { code: String(error.code), message: error.message.replace(/;.*/s, '') }
}

/** Should a Node no longer tell, nobody is let in. */
const unknown: VerifyError = { code: 'UNSPECIFIED', message: 'unspecified certificate error' }

/** OpenSSL's depth: the certificates between the client's own and the one that is trusted. */
function depthError(tls: TLSSocket, depth: number): VerifyError | undefined {
  const most = depth + 2
  let certificate: DetailedPeerCertificate | undefined = tls.getPeerCertificate(true)
  for (let length = 1; certificate && length <= most; length++) {
    const issuer: DetailedPeerCertificate | undefined = certificate.issuerCertificate
    if (!issuer || issuer.fingerprint256 === certificate.fingerprint256) return undefined
    certificate = issuer
  }
  return tooLong
}

/**
 * Node's lines, from the outermost part of a name to the innermost, as RFC 2253 has them: the other
 * way round, on one line, and what is not ASCII in hexadecimal.
 */
export function rfc2253(name: string): string {
  const parts = name.split('\n').map(part => part.split(' + ').toReversed().join('+'))
  return parts
    .toReversed()
    .join(',')
    .replace(/[^\x20-\x7e]+/g, characters =>
      Array.from(
        Buffer.from(characters),
        octet => `\\${octet.toString(16).toUpperCase().padStart(2, '0')}`,
      ).join(''),
    )
}
