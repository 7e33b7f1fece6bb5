import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KeyPair } from './certificate.ts'

/** The demo's temporary folder, 0700, gone at its end. */
export interface Workplace {
  /** A second source of the controller: the Secret. */
  readonly objects: string
  readonly handoff: string
  /** What clients verify the demo's certificate with. */
  readonly authority: string
  remove(): void
}

export async function openWorkplace({ authority, certificate, key }: KeyPair): Promise<Workplace> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-demo-'))
  const place = {
    objects: join(dir, 'objects'),
    handoff: join(dir, 'handoff'),
    authority: join(dir, 'ca.crt'),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
  await mkdir(place.objects, { mode: 0o700 })
  await mkdir(place.handoff, { mode: 0o700 })
  await writeFile(place.authority, authority)
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'mail-example-com', namespace: 'demo' },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': certificate, 'tls.key': key },
  }
  await writeFile(join(place.objects, 'tls.json'), JSON.stringify(secret), { mode: 0o600 })
  return place
}
