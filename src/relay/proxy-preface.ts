import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { Client } from '../protocol/protocol.ts'
import { printProxyLocal, printProxyV1, printProxyV2 } from '../wire/proxy-header.ts'
import type { Record } from './record.ts'

/** What version 2 tells of a client's TLS beside what the record has anyway. */
export interface TlsTold {
  readonly alpn: string | undefined
  readonly cipher: string
  /** Of the client's certificate; `verified`: it is good. */
  readonly shown: boolean
  readonly verified: boolean
  readonly commonName: string | undefined
  /** How our own certificate was signed, and its key: `ecdsa-with-SHA256`, `EC256`. */
  readonly signature: string | undefined
  readonly key: string | undefined
}

/** proxy-protocol.txt 2.2: types of TLVs, and of those inside the one for TLS. */
const types = { alpn: 0x01, authority: 0x02, crc32c: 0x03, ssl: 0x20 } as const
const inner = { version: 0x21, commonName: 0x22, cipher: 0x23, signature: 0x24, key: 0x25 } as const
/** 2.2.6: the connection is TLS; a certificate was shown, over this connection. */
const flags = { ssl: 0x01, certificate: 0x02 } as const

/** The header that a backend is sent before anything else, whole. */
export function proxyPreface(version: 'on' | 'v2', client: Client, record: Record): Buffer {
  const { address, port, reached } = client
  if (address === 'unix:' || !reached) {
    return version === 'on' ? Buffer.from('PROXY UNKNOWN\r\n') : printProxyLocal()
  }
  const source = { address, port }
  if (version === 'on') return printProxyV1(source, reached)
  const header = printProxyV2(source, reached, [
    ...tlsTlvs(record),
    // Counted with zeros in its own place.
    { type: types.crc32c, value: Buffer.alloc(4) },
  ])
  header.writeUInt32BE(crc32c(header), header.length - 4)
  return header
}

type Tlv = { readonly type: number; readonly value: Buffer }

function tlsTlvs({ tls, sni, told }: Record): readonly Tlv[] {
  if (tls === undefined) return []
  const head = Buffer.alloc(5)
  head.writeUInt8(flags.ssl | (told?.shown ? flags.certificate : 0))
  head.writeUInt32BE(told?.verified ? 0 : 1, 1)
  const parts = [
    text(inner.version, tls),
    text(inner.commonName, told?.commonName),
    text(inner.cipher, told?.cipher),
    text(inner.signature, told?.signature),
    text(inner.key, told?.key),
  ]
  const details = parts
    .flat()
    .flatMap(({ type, value }) => [Buffer.of(type, value.length >> 8, value.length & 0xff), value])
  return [
    ...text(types.authority, sni),
    ...text(types.alpn, told?.alpn),
    { type: types.ssl, value: Buffer.concat([head, ...details]) },
  ]
}

/** Octets of one value: a common name may be of any length. */
const maxValue = 255

function text(type: number, value: string | undefined): readonly Tlv[] {
  if (!value) return []
  return [{ type, value: Buffer.from(value).subarray(0, maxValue) }]
}

/** What version 2 will tell, read off the socket once the handshake is over. */
export function tlsTold(tls: TLSSocket, verified: boolean): TlsTold {
  const certificate = tls.getPeerX509Certificate()
  const own = tls.getX509Certificate()
  return {
    alpn: tls.alpnProtocol || undefined,
    cipher: tls.getCipher().name,
    shown: certificate !== undefined,
    verified,
    commonName: certificate && /^CN=(.+)$/m.exec(certificate.subject)?.[1],
    signature: own?.signatureAlgorithm,
    key: own && keyOf(own),
  }
}

/** As haproxy names keys: the kind and its bits. */
function keyOf({ publicKey }: X509Certificate): string | undefined {
  const { asymmetricKeyType: kind, asymmetricKeyDetails: details } = publicKey
  if (kind === 'rsa') return `RSA${details?.modulusLength ?? ''}`
  if (kind !== 'ec') return kind?.toUpperCase()
  return `EC${/\d{3}/.exec(details?.namedCurve ?? '')?.[0] ?? ''}`
}

/** CRC-32C (RFC 3720 appendix B.4), reflected. */
const polynomial = 0x82f6_3b78

const table = Uint32Array.from({ length: 256 }, (_, octet) => {
  let remainder = octet
  for (let bit = 0; bit < 8; bit++)
    remainder = remainder & 1 ? (remainder >>> 1) ^ polynomial : remainder >>> 1
  return remainder
})

export function crc32c(octets: Buffer): number {
  let sum = 0xffff_ffff
  for (const octet of octets) sum = (sum >>> 8) ^ (table[(sum ^ octet) & 0xff] ?? 0)
  return (sum ^ 0xffff_ffff) >>> 0
}
