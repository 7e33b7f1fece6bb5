import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Answer } from '../../src/handoff/answer.ts'
import { keyFile } from '../../src/handoff/layout.ts'
import type { Publication } from '../../src/handoff/publish.ts'

/** A folder that goes when the test ends. */
export async function volume(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'handoff-'))
  t.after(() => rm(dir, { recursive: true }))
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
