/**
 * A small schema language. One value is the source of a TypeScript type (`ValueOf`), of the checks
 * of folder mode (`validate.ts`), of the CRD (`crd.ts`) and of the reference page.
 */
export interface Schema<T> {
  readonly node: Node
  readonly description: string
  /** In `spec` only: in a listener it would shadow what `spec` says. */
  readonly default?: unknown
  readonly rules: readonly Rule<T>[]
  /** Never set: carries the type. */
  readonly type?: T
}

export type Node =
  | {
      readonly kind: 'string'
      readonly minLength: number
      readonly maxLength: number
      readonly enum?: readonly string[]
      /** For text in long lists, where a CEL rule would cost too much. */
      readonly pattern?: Pattern
    }
  | { readonly kind: 'integer'; readonly minimum: number; readonly maximum: number }
  | { readonly kind: 'boolean' }
  /**
   * An integer, or a string (`x-kubernetes-int-or-string`). A CEL rule on it costs more than Kubernetes
   * 1.33 allows, which takes no notice of its `maxLength`; later ones do.
   */
  | {
      readonly kind: 'quantity'
      readonly minimum: number
      readonly maximum: number
      readonly maxLength: number
      /** Of a string. */
      readonly pattern?: Pattern
    }
  | {
      readonly kind: 'list'
      readonly items: Schema<unknown>
      readonly minItems: number
      readonly maxItems: number
      /** The key that tells items apart (`listType: map`); none: the list is one value (`atomic`). */
      readonly key?: string
    }
  | {
      readonly kind: 'object'
      readonly properties: Properties
      readonly required: ReadonlySet<string>
    }
  | {
      readonly kind: 'map'
      readonly values: Schema<unknown>
      readonly maxProperties: number
    }

/** What text must match, and how that is said. */
export interface Pattern {
  readonly expression: string
  readonly message: string
}

export type Properties = Readonly<Record<string, Schema<unknown>>>

/** A CEL rule and the same rule as a function: `test/support/mail-proxy-table.ts` proves that they agree. */
export interface Rule<T> {
  /** Without one the controller alone judges. */
  readonly expression?: string
  /** A sentence that says what would be right. */
  readonly message: string
  /** Where the fault is shown, relative to the value: `.http`. */
  readonly fieldPath?: string
  /** With `old`, the rule compares (`oldSelf`) and counts at updates only. */
  readonly compares?: true
  holds(self: T, old?: T): boolean
}

export type ValueOf<S> = S extends Schema<infer T> ? T : never

type Values<P> = { readonly [K in keyof P]: ValueOf<P[K]> }
type Flat<T> = { readonly [K in keyof T]: T[K] }

interface Common<T> {
  readonly rules?: readonly Rule<T>[]
  readonly default?: T
}

function schema<T>(description: string, node: Node, common: Common<T>): Schema<T> {
  return {
    node,
    description,
    rules: common.rules ?? [],
    ...(common.default === undefined ? {} : { default: common.default }),
  }
}

export function text(
  description: string,
  bounds: Common<string> & {
    readonly minLength?: number
    readonly maxLength: number
    readonly pattern?: Pattern
  },
): Schema<string> {
  const { minLength = 1, maxLength, pattern } = bounds
  const node = { kind: 'string', minLength, maxLength, ...(pattern ? { pattern } : {}) } as const
  return schema(description, node, bounds)
}

export function oneOf<const T extends string>(
  description: string,
  words: readonly T[],
  common: Common<T> = {},
): Schema<T> {
  const maxLength = Math.max(...words.map(word => word.length))
  return schema(description, { kind: 'string', minLength: 1, maxLength, enum: words }, common)
}

export function integer(
  description: string,
  bounds: Common<number> & { readonly minimum: number; readonly maximum: number },
): Schema<number> {
  const { minimum, maximum } = bounds
  return schema(description, { kind: 'integer', minimum, maximum }, bounds)
}

export function flag(description: string, common: Common<boolean> = {}): Schema<boolean> {
  return schema(description, { kind: 'boolean' }, common)
}

export function quantity(
  description: string,
  bounds: Common<string | number> & {
    readonly minimum: number
    readonly maximum: number
    readonly maxLength: number
    readonly pattern?: Pattern
  },
): Schema<string | number> {
  const { minimum, maximum, maxLength, pattern } = bounds
  const own = pattern ? { pattern } : {}
  return schema(description, { kind: 'quantity', minimum, maximum, maxLength, ...own }, bounds)
}

export function list<T>(
  description: string,
  items: Schema<T>,
  bounds: Common<readonly NoInfer<T>[]> & {
    readonly minItems?: number
    readonly maxItems: number
    readonly key?: keyof NoInfer<T> & string
  },
): Schema<readonly T[]> {
  const { minItems = 0, maxItems, key } = bounds
  const node = { kind: 'list', items, minItems, maxItems, ...(key ? { key } : {}) } as const
  return schema(description, node, bounds)
}

type Optional<P> = { readonly [K in keyof P]?: ValueOf<P[K]> | undefined }
type Described<R, O> = Flat<Values<R> & Optional<O>>

/** `needs` must be there (or have a default); `may` may be; `also` may be and has no static type. */
export function object<const R extends Properties, const O extends Properties>(
  description: string,
  properties: { readonly needs: R; readonly may: O; readonly also?: Properties },
  common: Common<Described<R, O>> = {},
): Schema<Described<R, O>> {
  const required = new Set(
    Object.keys(properties.needs).filter(name => properties.needs[name]?.default === undefined),
  )
  const node: Node = {
    kind: 'object',
    properties: { ...properties.needs, ...properties.may, ...properties.also },
    required,
  }
  return schema(description, node, common)
}

export function map<T>(
  description: string,
  values: Schema<T>,
  bounds: { readonly maxProperties: number },
): Schema<Readonly<Record<string, T>>> {
  return schema(description, { kind: 'map', values, maxProperties: bounds.maxProperties }, {})
}

/** A rule on text: a regular expression that RE2 and JavaScript read alike, with its sentence. */
export function matches(expression: string, message: string): Rule<string> {
  const regex = new RegExp(expression)
  return {
    expression: `self.matches(${celText(expression)})`,
    message,
    holds: self => regex.test(self),
  }
}

function celText(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
