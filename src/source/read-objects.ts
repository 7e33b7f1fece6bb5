import { fields } from './fields.ts'
import { readObject } from './read-object.ts'
import type { Fault, SourceObject } from './source.ts'
import { type Path, yamlDocuments } from './yaml-documents.ts'

export interface Located {
  readonly object: SourceObject
  /** `FILE:LINE:COLUMN`. */
  readonly where: string
}

/**
 * The objects of one file, Lists taken apart; kinds that are not ours are passed over, so that whole
 * manifests can lie in a folder. Never throws; everything that is wrong is among the faults.
 */
export function readObjects(
  text: string,
  file: string,
): { readonly objects: readonly Located[]; readonly faults: readonly Fault[] } {
  const { documents, faults } = yamlDocuments(text, file)
  const objects: Located[] = []
  const wrong: Fault[] = []
  for (const document of documents)
    for (const { value, path } of items(document.value, [])) {
      const read = readObject(value)
      if (read.kind === 'object') objects.push({ object: read.object, where: document.where(path) })
      if (read.kind === 'fault')
        wrong.push({ where: document.where([...path, ...read.path]), message: read.message })
    }
  return { objects, faults: [...faults, ...wrong] }
}

interface Item {
  readonly value: unknown
  readonly path: Path
}

/** A value's objects: itself, or the items of a List; those of a `ServiceList` need not say their kind. */
function items(value: unknown, path: Path): readonly Item[] {
  const list = fields(value)
  const kind = list?.get('kind')
  const inside = list?.get('items')
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(inside))
    return [{ value, path }]
  const inherited: [string, unknown][] =
    kind === 'List'
      ? []
      : [
          ['apiVersion', list?.get('apiVersion')],
          ['kind', kind.slice(0, -'List'.length)],
        ]
  return inside.flatMap((item: unknown, index) => {
    const below = fields(item)
    const whole = below ? Object.fromEntries([...inherited, ...below]) : item
    return items(whole, [...path, 'items', index])
  })
}
