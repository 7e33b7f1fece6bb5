import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from './error-code.ts'
import { digest, digestOf, fileFolders, generationPath } from './layout.ts'
import { moveLink } from './link.ts'

/** A text and the files that it names, by those names (`tls/<sha256>.pem`). */
export interface Publication {
  readonly text: string
  readonly files: ReadonlyMap<string, string | Uint8Array>
}

/**
 * Writes a generation with its files, then moves `wanted` to it; answers the generation. A reader
 * never sees half a file, nor a text before its files. Rejects when the volume cannot be written, or
 * when a file is not named by its content.
 */
export async function publish(dir: string, { text, files }: Publication): Promise<string> {
  for (const [name, content] of files)
    if (digestOf(name) !== digest(content))
      throw new Error(`the file ${JSON.stringify(name)} is not named by its content`)

  await mkdir(dir, { recursive: true, mode: 0o700 })
  for (const folder of fileFolders) await mkdir(join(dir, folder), { recursive: true, mode: 0o700 })
  for (const [name, content] of files) await writeOnce(join(dir, name), content)
  const generation = digest(text)
  await writeOnce(generationPath(dir, generation), text)
  await moveLink(dir, 'wanted', generation)
  return generation
}

/** Files are named by their content: one that is there, and whole, is never written again. */
async function writeOnce(path: string, content: string | Uint8Array): Promise<void> {
  if ((await size(path)) === Buffer.byteLength(content)) return
  const passing = `${path}.${randomUUID()}`
  try {
    await writeFile(passing, content, { mode: 0o600, flag: 'wx' })
    await rename(passing, path)
  } catch (error) {
    await rm(passing, { force: true })
    throw error
  }
}

async function size(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
