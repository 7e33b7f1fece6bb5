import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** Files in PEM. */
export interface KeyPair {
  readonly certificate: string
  readonly key: string
}

/** Makes an ECDSA P-256 certificate that is valid for a few days. */
export function makeCertificate(dir: string): KeyPair {
  const certificate = join(dir, 'certificate.pem')
  const key = join(dir, 'key.pem')
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const subject = ['-subj', '/CN=bench.example.com', '-days', '3']
  execFileSync(
    'openssl',
    ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', certificate],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  return { certificate, key }
}
