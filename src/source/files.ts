import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What kubectl reads of a folder. */
const extensions = /\.(?:ya?ml|json)$/

/** Octets of a file: ten thousand objects and more. */
export const fileCap = 16 * 1024 * 1024

/**
 * The files of a folder that hold objects, sorted by name, each with what tells whether it changed.
 * Links are followed, as a mounted ConfigMap needs; hidden files and what editors leave behind
 * (`.x.yaml.swp`, `x.yaml~`, `#x.yaml#`) do not count. Rejects where the folder cannot be read.
 */
export async function listFiles(dir: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(dir)).filter(name => !name.startsWith('.') && extensions.test(name))
  const found = new Map<string, string>()
  for (const name of names.sort()) {
    const path = join(dir, name)
    const signature = await signatureOf(path)
    if (signature !== undefined) found.set(path, signature)
  }
  return found
}

/** Changes whenever the content of a file may have; `undefined` where there is no file. */
export async function signatureOf(path: string): Promise<string | undefined> {
  // Gone while we looked, or a link that leads nowhere: there is no file of that name.
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) return undefined
  const { dev, ino, size, mtimeMs, ctimeMs } = found
  return [dev, ino, size, mtimeMs, ctimeMs].join(':')
}

/** The text of a file of at most `fileCap` octets. Rejects with a reason that names the cap. */
export async function readFileText(path: string): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of createReadStream(path)) {
    length += chunk.length
    if (length > fileCap) throw new Error(`the file is larger than ${fileCap} octets`)
    chunks.push(chunk)
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
}
