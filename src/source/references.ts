import { fields } from './fields.ts'
import type { SourceObject } from './source.ts'

type Reference = readonly [kind: unknown, name: unknown]

/** The fields of a MailProxy that name other objects of its namespace, wherever they stand. */
const references: ReadonlyMap<string, (value: unknown) => readonly Reference[]> = new Map([
  ['secretName', value => [['Secret', value]]],
  ['secretKeyRef', value => [['Secret', field(value, 'name')]]],
  ['caRef', value => [[field(value, 'kind'), field(value, 'name')]]],
  [
    'backendRefs',
    value => (Array.isArray(value) ? value.map(item => ['Service', field(item, 'name')]) : []),
  ],
])

/** No schema of ours is half as deep; an object may be. */
const depthLimit = 16

/**
 * The keys of the objects that a MailProxy refers to, right or wrong as it may be otherwise: what is
 * found here and does not count costs a rebuild, and never an outcome.
 */
export function referencesOf(object: SourceObject): ReadonlySet<string> {
  const namespace = object.metadata.namespace ?? ''
  return new Set(
    [...within(object['spec'], 0)].map(([kind, name]) => `${kind}/${namespace}/${name}`),
  )
}

function* within(value: unknown, depth: number): Generator<Reference> {
  if (depth > depthLimit) return
  if (Array.isArray(value)) for (const item of value) yield* within(item, depth + 1)
  for (const [name, below] of fields(value) ?? []) {
    yield* references.get(name)?.(below) ?? []
    yield* within(below, depth + 1)
  }
}

const field = (value: unknown, name: string): unknown => fields(value)?.get(name)
