import type { Json, Schema } from './schema.ts'
import type { Scope, Shape } from './shape.ts'
import type { Context, Directive } from './syntax.ts'

/**
 * A directive. All that is known of it stands in its row: the generic loop checks contexts, the
 * number of arguments and repetition; the row's own shape says only what is specific.
 */
export interface Row<T> {
  readonly contexts: readonly Context[]
  readonly syntax: string
  readonly least: number
  readonly most: number
  /** In the directive's words, or in brackets what it comes from; empty where there is none. */
  readonly default: string
  /** What a second one at the same level is: a fault, the one that counts, or one more. */
  readonly repeat: 'fault' | 'replaces' | 'adds'
  /** One sentence or two, for the reference page and the field's description. */
  readonly doc: string
  /** Whether a MailProxy has a field of this name in camel case, else why not. */
  readonly field: true | Without
  readonly json?: RowJson
  /** Says what is wrong with one directive's arguments. */
  check(directive: Directive, scope: Scope): void
  /** The meaning of what stands at one level; of nothing, when `found` is empty. */
  value(found: readonly Directive[], scope: Scope): T
  /** The arguments of each directive that says `value`. */
  print(value: T): readonly (readonly string[])[]
}

/** Why a directive has no field. */
export interface Without {
  readonly because: string
}

/** A row as the field of an object. */
export interface RowJson {
  readonly schema: Schema
  readonly default?: Json
  /** The arguments that say `json`; `undefined` when it is not such a value. */
  words(json: unknown): readonly string[] | undefined
}

interface Common {
  readonly contexts: readonly Context[]
  readonly doc: string
  readonly field: true | Without
}

/** A directive that always has a value; `fallback` is the value of no directive. */
export function set<T>(
  shape: Shape<T>,
  rest: Common & {
    readonly default: string
    readonly fallback: NoInfer<T> | ((scope: Scope) => NoInfer<T>)
    readonly repeat?: 'replaces'
  },
): Row<T> {
  const { fallback, ...common } = rest
  return {
    ...base(shape, { repeat: 'fault', ...common }),
    value: (found, scope) =>
      parsed(shape, found.at(-1), scope) ??
      (fallback instanceof Function ? fallback(scope) : fallback),
    print: value => [shape.print(value)],
    ...jsonOf(shape, fallback instanceof Function ? undefined : fallback),
  }
}

/** A directive that may be absent, and then says nothing. */
export function optional<T>(
  shape: Shape<T>,
  rest: Common & { readonly repeat?: 'replaces' | 'adds'; readonly default?: string },
): Row<T | undefined> {
  return {
    ...base(shape, { repeat: 'fault', default: '', ...rest }),
    value: (found, scope) => parsed(shape, found.at(-1), scope),
    print: value => (value === undefined ? [] : [shape.print(value)]),
    ...jsonOf(shape, undefined),
  }
}

/** A directive of which each says one thing more; those of an inner level replace the outer's. */
export function every<T>(
  shape: Shape<T>,
  rest: Common & {
    readonly default?: string
    readonly fallback?: (scope: Scope) => readonly T[]
  },
): Row<readonly T[]> {
  const { fallback, ...common } = rest
  return {
    ...base(shape, { repeat: 'adds', default: '', ...common }),
    value: (found, scope) =>
      found.length === 0 && fallback
        ? fallback(scope)
        : found.map(one => parsed(shape, one, scope)).filter(value => value !== undefined),
    print: values => values.map(value => shape.print(value)),
  }
}

/** A directive whose words add up, over all of its kind at one level. */
export function words<T>(
  shape: Shape<readonly T[]>,
  rest: Common & {
    readonly default: string
    readonly fallback: readonly NoInfer<T>[]
    /** Brings the words of all into one list. */
    readonly merge?: (all: readonly T[]) => readonly T[]
  },
): Row<readonly T[]> {
  const { fallback, merge = all => all, ...common } = rest
  return {
    ...base(shape, { repeat: 'adds', ...common }),
    value: (found, scope) =>
      found.length === 0 ? fallback : merge(found.flatMap(one => parsed(shape, one, scope) ?? [])),
    print: values => (values.length === 0 ? [] : [shape.print(values)]),
    ...jsonOf(shape, fallback),
  }
}

/** Words that add up, or `undefined` where no level says any. */
export function optionalWords<T>(
  shape: Shape<readonly T[]>,
  rest: Common,
): Row<readonly T[] | undefined> {
  return {
    ...base(shape, { repeat: 'adds', default: '', ...rest }),
    value: (found, scope) =>
      found.length === 0 ? undefined : found.flatMap(one => parsed(shape, one, scope) ?? []),
    print: values => (values === undefined ? [] : [shape.print(values)]),
    ...jsonOf(shape, undefined),
  }
}

function base<T>(
  shape: Shape<T>,
  rest: Common & { readonly repeat: Row<T>['repeat']; readonly default: string },
) {
  const { syntax, least, most } = shape
  const check = (directive: Directive, scope: Scope) => {
    parsed(shape, directive, scope)
  }
  return { ...rest, syntax, least, most, check }
}

function parsed<T>(shape: Shape<T>, found: Directive | undefined, scope: Scope): T | undefined {
  if (!found || found.args.length < shape.least || found.args.length > shape.most) return undefined
  return shape.parse(found.args, scope, found.name.text)
}

function jsonOf<T>({ json, print }: Shape<T>, fallback: T | undefined): { json?: RowJson } {
  if (!json) return {}
  const words = (value: unknown) => {
    const read = json.from(value)
    return read === undefined ? undefined : print(read)
  }
  const common = { schema: json.schema, words }
  return { json: fallback === undefined ? common : { ...common, default: json.to(fallback) } }
}
