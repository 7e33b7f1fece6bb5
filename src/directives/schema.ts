/** A value of a JSON or YAML document. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json }

/** What a field of an object may hold, with its bounds; enough to print an OpenAPI schema from. */
export type Schema =
  | { readonly type: 'boolean' }
  | { readonly type: 'integer'; readonly minimum: number; readonly maximum: number }
  | { readonly type: 'string'; readonly pattern: string; readonly maxLength: number }
  /** PascalCase words. */
  | { readonly type: 'enum'; readonly words: readonly string[] }
  /** A time or a size: a string in nginx's grammar, or an integer (seconds, octets). */
  | {
      readonly type: 'integer-or-string'
      readonly pattern: string
      readonly maxLength: number
      readonly minimum: number
      readonly maximum: number
    }
  | {
      readonly type: 'list'
      readonly items: Schema
      readonly minItems: number
      readonly maxItems: number
    }
