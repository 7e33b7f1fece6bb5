import { stat } from 'node:fs/promises'
import { listFiles, readFileText } from './files.ts'
import { merge } from './merge.ts'
import { type Located, readObjects } from './read-objects.ts'
import type { Fault, SourceObject } from './source.ts'

/** The objects of a file, or of a folder's files, read once. Rejects where it cannot be read. */
export async function readOnce(
  path: string,
): Promise<{ readonly objects: readonly SourceObject[]; readonly faults: readonly Fault[] }> {
  const files = (await stat(path)).isDirectory() ? [...(await listFiles(path)).keys()] : [path]
  const located: Located[] = []
  const faults: Fault[] = []
  for (const file of files) {
    const read = readObjects(await readFileText(file), file)
    located.push(...read.objects)
    faults.push(...read.faults)
  }
  const merged = merge(located)
  return { objects: [...merged.objects.values()], faults: [...faults, ...merged.faults] }
}
