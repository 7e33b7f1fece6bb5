import { kinds } from './kinds.ts'
import type { AnyObject } from './objects.ts'
import { check, type Fault } from './validate.ts'

/** Fields that every object may have and that nobody reads here. */
const passedOver = new Set(['apiVersion', 'status'])

export type Read =
  | {
      readonly kind: 'object'
      readonly object: AnyObject
      /** The paths of fields that the schema does not know, of our own kinds. */
      readonly unknown: readonly string[]
    }
  /** Not an object that we may use; its name, as far as it has one, and all that is wrong. */
  | { readonly kind: 'invalid'; readonly what: Named; readonly faults: readonly Fault[] }
  /** A kind that is none of ours. */
  | { readonly kind: 'foreign'; readonly what: Named }

export interface Named {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly generation: number | undefined
}

/** One object as it was written or received: checked, defaulted and pruned to what is read of it. */
export function read(raw: unknown): Read {
  const what = named(raw)
  const known = kinds.get(`${what.apiVersion}/${what.kind}`)
  if (!known) return { kind: 'foreign', what }
  const checked = check(known.schema, raw)
  if (checked.kind === 'invalid') return { kind: 'invalid', what, faults: checked.faults }
  const own = what.apiVersion.startsWith('postern.dev/')
  const unknown = own
    ? checked.unknown.filter(path => !passedOver.has(path) && !path.startsWith('metadata.'))
    : []
  return { kind: 'object', object: checked.value, unknown }
}

function named(raw: unknown): Named {
  const metadata = member(raw, 'metadata')
  const generation = member(metadata, 'generation')
  return {
    apiVersion: word(member(raw, 'apiVersion')),
    kind: word(member(raw, 'kind')),
    namespace: word(member(metadata, 'namespace')) || 'default',
    name: word(member(metadata, 'name')),
    generation: typeof generation === 'number' ? generation : undefined,
  }
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.getOwnPropertyDescriptor(value, name)?.value
}

function word(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 253) : ''
}
