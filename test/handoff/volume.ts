import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { Answer } from '../../src/handoff/answer.ts'
import { keyFile } from '../../src/handoff/layout.ts'
import type { Publication } from '../../src/handoff/publish.ts'

const volumes: string[] = []
// When all tests of a file have ended: whatever one of them started may still write until then.
after(() => Promise.all(volumes.map(dir => rm(dir, { recursive: true }))))

/** A folder that goes when the tests end. */
export async function volume(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'handoff-'))
  volumes.push(dir)
  return dir
}

/** A text that names the key files of these contents. */
export function publication(text: string, ...keys: readonly string[]): Publication {
  const files = new Map(keys.map(key => [keyFile(key), key]))
  const lines = [...files.keys()].map(name => `ssl_certificate ${name};\n`)
  return { text: `# ${text}\n${lines.join('')}`, files }
}

export const applied = (generation: string): Answer => ({
  kind: 'applied',
  generation,
  listeners: [{ name: 'mail/corp/imaps', address: '::', port: 10993, outcome: 'applied' }],
})
