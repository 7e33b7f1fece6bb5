import { isDeepStrictEqual } from 'node:util'
import { fields } from './fields.ts'
import { referencesOf } from './references.ts'
import { keyOf, type SourceObject } from './source.ts'

/** Set by the API server's EndpointSlice controller on every slice. */
const serviceLabel = 'kubernetes.io/service-name'

/** Kinds that count only when a MailProxy refers to them. */
const referred: ReadonlySet<string> = new Set(['Service', 'Secret', 'ConfigMap', 'EndpointSlice'])

/** Fields of `metadata` that change without the object's meaning. */
const bookkeeping: ReadonlySet<string> = new Set(['resourceVersion', 'managedFields'])

/**
 * The objects by key: the truth that a rebuild reads. `insert` and `remove` answer whether the change
 * can matter to the text: one that equals what is held, or that nothing refers to, does not.
 */
export class Store {
  readonly #objects = new Map<string, SourceObject>()
  readonly #references = new Map<string, ReadonlySet<string>>()
  /** How many MailProxies refer to a key. */
  readonly #referred = new Map<string, number>()

  insert(object: SourceObject): boolean {
    const key = keyOf(object)
    const held = this.#objects.get(key)
    // The one that is held stays then: what was made of it is known by it.
    if (held && isDeepStrictEqual(meaning(held), meaning(object))) return false
    this.#objects.set(key, object)
    if (object.kind === 'MailProxy') this.#refer(key, referencesOf(object))
    return this.#matters(object) || (held !== undefined && this.#matters(held))
  }

  remove(key: string): boolean {
    const held = this.#objects.get(key)
    if (!held) return false
    this.#objects.delete(key)
    if (held.kind === 'MailProxy') this.#refer(key, new Set())
    return this.#matters(held)
  }

  /** All objects, sorted by key, so that what is made of them has one order. */
  objects(): readonly SourceObject[] {
    return [...this.#objects.entries()]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object)
  }

  #matters(object: SourceObject): boolean {
    return !referred.has(object.kind) || this.#referred.has(subject(object))
  }

  #refer(proxy: string, references: ReadonlySet<string>): void {
    const count = (key: string, by: number): void => {
      const now = (this.#referred.get(key) ?? 0) + by
      if (now > 0) this.#referred.set(key, now)
      else this.#referred.delete(key)
    }
    for (const key of references) count(key, 1)
    for (const key of this.#references.get(proxy) ?? []) count(key, -1)
    if (references.size > 0) this.#references.set(proxy, references)
    else this.#references.delete(proxy)
  }
}

/** What a MailProxy would refer to: an EndpointSlice counts as its Service. */
function subject(object: SourceObject): string {
  if (object.kind !== 'EndpointSlice') return keyOf(object)
  const name = fields(object.metadata['labels'])?.get(serviceLabel)
  return `Service/${object.metadata.namespace ?? ''}/${String(name)}`
}

/** An object without what changes while its meaning stays: our own status, for one. */
function meaning({ metadata, status: _, ...object }: SourceObject): unknown {
  const kept = Object.entries(metadata).filter(([field]) => !bookkeeping.has(field))
  return { ...object, metadata: Object.fromEntries(kept) }
}
