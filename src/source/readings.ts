import type { AnyObject } from '../api/objects.ts'
import { type Read, read } from '../api/read.ts'
import type { Fault as FieldFault } from '../api/validate.ts'
import { type Fault, keyOf, type SourceObject } from './source.ts'

/** A MailProxy that cannot be taken as it is. */
export interface RefusedProxy {
  /** `namespace/name`. */
  readonly key: string
  readonly generation: number
  readonly faults: readonly FieldFault[]
}

export interface Reading {
  readonly objects: readonly AnyObject[]
  readonly refused: readonly RefusedProxy[]
  /** Of objects that have no status, and of fields that nobody knows. */
  readonly faults: readonly Fault[]
}

/**
 * Raw objects as typed ones. Of an object that turned bad the last good version goes on, and each is
 * judged once, however often a rebuild reads it.
 */
export class Readings {
  readonly #reads = new WeakMap<SourceObject, Read>()
  #good: ReadonlyMap<string, AnyObject> = new Map()

  take(raw: readonly SourceObject[]): Reading {
    const good = new Map<string, AnyObject>()
    const refused: RefusedProxy[] = []
    const faults: Fault[] = []
    for (const each of raw) {
      const found = this.#read(each)
      const key = keyOf(each)
      const last = this.#good.get(key)
      if (found.kind === 'object') {
        good.set(key, found.object)
        for (const path of found.unknown)
          faults.push({
            where: place(each),
            message: `the field ${path} is unknown and has no effect`,
          })
      } else if (last) good.set(key, last)
      if (found.kind !== 'invalid') continue
      const { generation = 0, namespace, name } = found.what
      if (each.kind === 'MailProxy')
        refused.push({ key: `${namespace}/${name}`, generation, faults: found.faults })
      else faults.push({ where: place(each), message: sentence(found.faults, last !== undefined) })
    }
    this.#good = good
    return { objects: [...good.values()], refused, faults }
  }

  #read(raw: SourceObject): Read {
    const known = this.#reads.get(raw)
    if (known) return known
    const found = read(raw)
    this.#reads.set(raw, found)
    return found
  }
}

const place = ({ kind, metadata: { namespace, name } }: SourceObject): string =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`

function sentence(faults: readonly FieldFault[], kept: boolean): string {
  const all = faults.map(({ path, message }) => `${path}: ${message}`)
  return [...all, ...(kept ? ['the version before goes on'] : [])].join('; ')
}
