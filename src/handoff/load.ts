import { readFile } from 'node:fs/promises'
import { errorCode } from './error-code.ts'
import { digest, generationPath, isGeneration } from './layout.ts'
import { moveLink, resolveLink } from './link.ts'

/** A generation as it stands on the volume. The files that `text` names are relative to the folder. */
export interface Generation {
  readonly generation: string
  /** The path of the text, for messages. */
  readonly file: string
  readonly text: string
}

/** A link that moved between its reading and the reading of its text is resolved again. */
const attempts = 5

/** The text of a generation; `undefined` if it is not there, or not what its name says. */
export async function load(dir: string, generation: string): Promise<Generation | undefined> {
  if (!isGeneration(generation)) return undefined
  const file = generationPath(dir, generation)
  try {
    const text = await readFile(file, 'utf8')
    return digest(text) === generation ? { generation, file, text } : undefined
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/**
 * What a relay that starts tries, in this order: `wanted`, then `good`. Empty where neither can be
 * read: the relay then waits to be asked.
 */
export async function candidates(dir: string): Promise<readonly Generation[]> {
  const wanted = await follow(dir, 'wanted')
  const good = await follow(dir, 'good')
  return [wanted, good]
    .filter(found => found !== undefined)
    .filter((found, index, all) => index === 0 || found.generation !== all[0]?.generation)
}

async function follow(dir: string, name: 'wanted' | 'good'): Promise<Generation | undefined> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const generation = await resolveLink(dir, name)
    if (generation === undefined) return undefined
    const found = await load(dir, generation)
    if (found) return found
  }
  return undefined
}

/** Moves `good`: from here on a relay that starts can fall back on `generation`. */
export const accepted = (dir: string, generation: string): Promise<void> =>
  moveLink(dir, 'good', generation)
