import { createPrivateKey } from 'node:crypto'

/** A key as Node's TLS takes it. */
export interface PrivateKey {
  readonly pem: Buffer
  readonly passphrase?: string
}

/** PKCS #8, and the header of OpenSSL's older forms. */
const encrypted = ['-----BEGIN ENCRYPTED PRIVATE KEY-----', 'Proc-Type: 4,ENCRYPTED']

/** The key with the first of the passphrases that opens it, or why it cannot be used. */
export function privateKey(
  pem: Buffer,
  passphrases: readonly string[],
): PrivateKey | { readonly reason: string } {
  if (!encrypted.some(mark => pem.includes(mark))) return { pem }
  const passphrase = passphrases.find(each => opens(pem, each))
  if (passphrase !== undefined) return { pem, passphrase }
  return { reason: 'the key is encrypted, and nothing in "ssl_password_file" opens it' }
}

/** The passphrases of a file: one a line, of which a CR at the end is no part. */
export function passphrases(text: string): readonly string[] {
  return text.split('\n').map(line => line.replace(/\r$/, ''))
}

function opens(key: Buffer, passphrase: string): boolean {
  try {
    createPrivateKey({ key, passphrase })
    return true
  } catch {
    return false
  }
}
