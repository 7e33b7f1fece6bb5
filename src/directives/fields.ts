import type { Json, Schema } from './schema.ts'
import type { Context } from './syntax.ts'
import { table } from './table.ts'

/** A directive that has a field in the MailProxy API. */
export interface Field {
  /** In camel case. */
  readonly name: string
  readonly directive: string
  /** `mail` and `server`: a field of `spec` and of `listeners[]`; `upstream`: written into each. */
  readonly contexts: readonly Context[]
  readonly schema: Schema
  /** Absent where the directive has no fixed default. */
  readonly default?: Json
  readonly doc: string
  /** The arguments of the directive that says `json`; `undefined` when it is no such value. */
  words(json: unknown): readonly string[] | undefined
}

/** In the order of the table. */
export const fields: readonly Field[] = table.flatMap(({ name, row }) => {
  if (row.field !== true || !row.json) return []
  const { contexts, doc, json } = row
  return [{ name: camelCase(name), directive: name, contexts, doc, ...json }]
})

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
