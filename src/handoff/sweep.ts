import { lstat, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from './error-code.ts'
import { fileFolders, generationOf, needs } from './layout.ts'
import { resolveLink } from './link.ts'

/** A link or text on its way to its name; one that is older was left by a program that was killed. */
const passing = /^(?:\.(?:wanted|good)\.|[0-9a-f]{64}\.conf\.)/
const passingAge = 60_000

/**
 * Removes every generation and file that neither `wanted` nor `good` needs; answers what it removed.
 *
 * `spare` keeps, beside those, what was written in the last so many milliseconds: while no relay
 * answers, one that is just starting may still be reading what `wanted` named a moment ago.
 */
export async function sweep(
  dir: string,
  { spare = 0, now = Date.now() }: { readonly spare?: number; readonly now?: number } = {},
): Promise<readonly string[]> {
  const young = async (name: string): Promise<boolean> =>
    spare > 0 && now - (await modified(join(dir, name))) <= spare

  const linked = [await resolveLink(dir, 'wanted'), await resolveLink(dir, 'good')]
  const kept = new Set(linked.flatMap(generation => (generation ? [`${generation}.conf`] : [])))
  const generations = (await entries(dir)).filter(name => generationOf(name) !== undefined)
  for (const name of generations) if (await young(name)) kept.add(name)
  for (const name of [...kept])
    for (const needed of needs(await textOf(join(dir, name)))) kept.add(needed)

  const doomed: string[] = []
  for (const name of await entries(dir))
    if (passing.test(name) && now - (await modified(join(dir, name))) > passingAge)
      doomed.push(name)
  for (const name of [...generations, ...(await files(dir))])
    if (!kept.has(name) && !(await young(name))) doomed.push(name)
  for (const name of doomed) await rm(join(dir, name), { force: true })
  return doomed.sort()
}

/** All that stands in the folders of files, what a dead writer left half done included. */
async function files(dir: string): Promise<string[]> {
  const found: string[] = []
  for (const folder of fileFolders)
    found.push(...(await entries(join(dir, folder))).map(entry => `${folder}/${entry}`))
  return found
}

const entries = (dir: string): Promise<string[]> => or(readdir(dir), [])
const textOf = (path: string): Promise<string> => or(readFile(path, 'utf8'), '')
const modified = (path: string): Promise<number> =>
  or(
    lstat(path).then(found => found.mtimeMs),
    0,
  )

/** What is gone needs nothing. */
async function or<T>(reading: Promise<T>, missing: T): Promise<T> {
  try {
    return await reading
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return missing
    throw error
  }
}
