import { generate } from 'selfsigned'

/** A certificate and its key, both PEM. */
export interface KeyPair {
  readonly certificate: string
  readonly key: string
}

/** A certificate authority that lives as long as a test. */
export interface Authority extends KeyPair {
  /** A leaf for host names and literal addresses; the first name is its subject. */
  issue(names: readonly string[], addresses?: readonly string[]): Promise<KeyPair>
  /** An authority that this one signed. */
  authority(commonName: string): Promise<Authority>
}

const hour = 3_600_000

/** From before this second, which a test may have looked at the clock in, to tomorrow. */
function validity() {
  const now = Date.now()
  return { notBeforeDate: new Date(now - hour), notAfterDate: new Date(now + 24 * hour) }
}

/** Makes an authority with a P-256 key, valid for one day. */
export function makeAuthority(commonName = 'Test authority'): Promise<Authority> {
  return signedBy(undefined, commonName)
}

async function signedBy(signer: KeyPair | undefined, commonName: string): Promise<Authority> {
  const root = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ...validity(),
    ...(signer ? { ca: { key: signer.key, cert: signer.certificate } } : {}),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  const own = { certificate: root.cert, key: root.private }
  return {
    ...own,
    authority: name => signedBy(own, name),
    issue: async (names, addresses = []) => {
      const leaf = await generate([{ name: 'commonName', value: names[0] ?? 'nameless' }], {
        keyType: 'ec',
        algorithm: 'sha256',
        ...validity(),
        ca: { key: root.private, cert: root.cert },
        extensions: [
          { name: 'basicConstraints', cA: false },
          { name: 'keyUsage', digitalSignature: true, keyEncipherment: true },
          {
            name: 'subjectAltName',
            altNames: [
              ...names.map(value => ({ type: 2 as const, value })),
              ...addresses.map(ip => ({ type: 7 as const, ip })),
            ],
          },
        ],
      })
      return { certificate: leaf.cert, key: leaf.private }
    },
  }
}

/** A certificate with an RSA key that signed itself, valid for one day. */
export async function makeRsaPair(name: string): Promise<KeyPair> {
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'rsa',
    algorithm: 'sha256',
    ...validity(),
  })
  return { certificate: made.cert, key: made.private }
}
