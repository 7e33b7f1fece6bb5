import type { Located } from './read-objects.ts'
import { type Fault, keyOf, type SourceObject } from './source.ts'

/** The objects of many files by key. Where two files hold the same one, the first counts. */
export function merge(located: Iterable<Located>): {
  readonly objects: ReadonlyMap<string, SourceObject>
  readonly faults: readonly Fault[]
} {
  const first = new Map<string, Located>()
  const faults: Fault[] = []
  for (const each of located) {
    const key = keyOf(each.object)
    const held = first.get(key)
    if (held) faults.push({ where: each.where, message: twice(each.object, held.where) })
    else first.set(key, each)
  }
  return { objects: new Map([...first].map(([key, { object }]) => [key, object])), faults }
}

const twice = ({ kind, metadata: { namespace, name } }: SourceObject, where: string): string =>
  `${kind} ${namespace === undefined ? name : `${namespace}/${name}`} is already at ${where}, which counts: remove one of the two`
