import { generate } from 'selfsigned'

/** All PEM. */
export interface KeyPair {
  readonly authority: string
  readonly certificate: string
  readonly key: string
}

const days = 86_400_000

const common = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const

/**
 * A certificate for the names and addresses of the demo, good for a month, and the authority that
 * signed it: some clients refuse a certificate that is its own authority.
 */
export async function certificate(from: Date): Promise<KeyPair> {
  const dates = { notBeforeDate: from, notAfterDate: new Date(from.getTime() + 30 * days) }
  const authority = await generate([{ name: 'commonName', value: 'Postern demo authority' }], {
    ...common,
    ...dates,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  const leaf = await generate([{ name: 'commonName', value: 'mail.example.com' }], {
    ...common,
    ...dates,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'mail.example.com' },
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  return { authority: authority.cert, certificate: leaf.cert, key: leaf.private }
}
