import { keyOf, type SourceObject } from '../source/source.ts'
import { versionOf } from './page.ts'

/** Where a reflector puts what it reads. */
export interface Holder {
  insert(object: SourceObject): void
  remove(key: string): void
}

/**
 * What one reflector has told its holder, by uid and version, which are compared for equality only.
 * `replace` answers how many objects were different.
 */
export class Holdings {
  readonly #holder: Holder
  #held = new Map<string, string>()

  constructor(holder: Holder) {
    this.#holder = holder
  }

  get size(): number {
    return this.#held.size
  }

  /** All at once: what the list does not have is gone. */
  replace(objects: readonly SourceObject[]): number {
    const next = new Map<string, string>()
    let different = 0
    for (const object of objects) {
      const key = keyOf(object)
      const identity = identityOf(object)
      next.set(key, identity)
      if (this.#held.get(key) === identity) continue
      different++
      this.#holder.insert(object)
    }
    for (const key of this.#held.keys()) {
      if (next.has(key)) continue
      different++
      this.#holder.remove(key)
    }
    this.#held = next
    return different
  }

  put(object: SourceObject): void {
    this.#held.set(keyOf(object), identityOf(object))
    this.#holder.insert(object)
  }

  take(object: SourceObject): void {
    if (this.#held.delete(keyOf(object))) this.#holder.remove(keyOf(object))
  }
}

const identityOf = (object: SourceObject): string =>
  `${String(object.metadata['uid'])} ${versionOf(object)}`
