import { quote } from './error.ts'
import type { Json, Schema } from './schema.ts'
import type { Position, Word } from './syntax.ts'
import type { Value } from './values.ts'

/** What reading arguments needs of its surroundings, and where it says what is wrong with them. */
export interface Scope {
  /** The machine's name in lower case. */
  readonly hostname: string
  /** An absolute path: against the main file's directory. */
  besideConfig(path: string): string
  /** An absolute path: against the prefix. */
  underPrefix(path: string): string
  /** The addresses of a host name; none where it has none. */
  addresses(host: string): readonly string[]
  /** Where the log goes that no `error_log` names: a path or `stderr`. */
  readonly errorLog: string
  fault(position: Position, message: string): void
  notice(position: Position, text: string): void
}

/** The arguments of a directive: how many, how they are read, how they are written. */
export interface Shape<T> {
  /** As the reference page shows them. */
  readonly syntax: string
  readonly least: number
  readonly most: number
  /** `args` are `least` to `most` many. `undefined` after `scope` was told why. */
  parse(args: readonly Word[], scope: Scope, name: string): T | undefined
  print(value: T): readonly string[]
  /** Where the directive can be the field of an object. */
  readonly json?: {
    readonly schema: Schema
    from(json: unknown): T | undefined
    to(value: T): Json
  }
}

/** Exactly one argument. */
export function one<T>(syntax: string, value: Value<T>): Shape<T> {
  return {
    syntax,
    least: 1,
    most: 1,
    parse: ([word], scope, name) => word && read(word, value, scope, name),
    print: parsed => [value.print(parsed)],
    json: { schema: value.schema, from: value.fromJson, to: value.toJson },
  }
}

/** One argument or more, each of one kind. */
export function many<T>(syntax: string, value: Value<T>, most: number): Shape<readonly T[]> {
  return {
    syntax,
    least: 1,
    most,
    parse(args, scope, name) {
      args.forEach(({ text, position }, index) => {
        if (args.findIndex(word => word.text === text) === index) return
        scope.notice(position, `duplicate value ${quote(text)} in "${name}" directive`)
      })
      return all(args.map(word => read(word, value, scope, name)))
    },
    print: parsed => parsed.map(value.print),
    json: {
      schema: { type: 'list', items: value.schema, minItems: 1, maxItems: most },
      from: json =>
        Array.isArray(json) && json.length >= 1 && json.length <= most
          ? all(json.map(value.fromJson))
          : undefined,
      to: parsed => parsed.map(value.toJson),
    },
  }
}

/** Reads one word, and says what it must be when it is not. */
export function read<T>(word: Word, value: Value<T>, scope: Scope, name: string): T | undefined {
  const parsed = value.parse(word.text)
  if (parsed === undefined) {
    scope.fault(word.position, `"${name}" must be ${value.expects}, not ${quote(word.text)}`)
  }
  return parsed
}

/** The whole list, unless something in it could not be read. */
export function all<T>(parsed: readonly (T | undefined)[]): readonly T[] | undefined {
  const read = parsed.filter(value => value !== undefined)
  return read.length === parsed.length ? read : undefined
}
