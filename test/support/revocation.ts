import { createPrivateKey, sign, X509Certificate } from 'node:crypto'
import type { KeyPair } from './certificates.ts'

/** A revocation list (RFC 5280 section 5) of an authority whose subject is a common name, in PEM. */
export function revocationList(authority: KeyPair, revoked: readonly KeyPair[]): string {
  const now = Date.now()
  const subject = new X509Certificate(authority.certificate).subject.replace(/^CN=/, '')
  const entries = revoked.map(({ certificate }) => {
    const { serialNumber } = new X509Certificate(certificate)
    return der(0x30, der(0x02, positive(Buffer.from(serialNumber, 'hex'))), time(now))
  })
  const listed = der(
    0x30,
    der(0x02, Buffer.from([1])),
    algorithm,
    der(0x30, der(0x31, der(0x30, commonName, der(0x0c, Buffer.from(subject))))),
    time(now - 3_600_000),
    time(now + 3_600_000),
    ...(entries.length > 0 ? [der(0x30, ...entries)] : []),
  )
  const signature = sign('sha256', listed, createPrivateKey(authority.key))
  const list = der(0x30, listed, algorithm, der(0x03, Buffer.from([0]), signature))
  return `-----BEGIN X509 CRL-----\n${list.toString('base64')}\n-----END X509 CRL-----\n`
}

/** ecdsa-with-SHA256, 1.2.840.10045.4.3.2 */
const algorithm = der(0x30, der(0x06, Buffer.from([42, 134, 72, 206, 61, 4, 3, 2])))
/** 2.5.4.3 */
const commonName = der(0x06, Buffer.from([85, 4, 3]))

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

function positive(number: Buffer): Buffer {
  return (number[0] ?? 0) < 128 ? number : Buffer.concat([Buffer.from([0]), number])
}

function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/[-:T]|\..*/g, '')
  return der(0x17, Buffer.from(`${digits.slice(2)}Z`))
}
