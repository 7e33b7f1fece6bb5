import type { Schema } from '../../src/api/schema.ts'

export type Found = readonly [path: string, schema: Schema<unknown>]

/** A schema and all that stands in it, by path. */
export function walk(path: string, schema: Schema<unknown>): readonly Found[] {
  const { node } = schema
  const below =
    node.kind === 'object'
      ? Object.entries(node.properties).flatMap(([name, own]) => walk(`${path}.${name}`, own))
      : node.kind === 'list'
        ? walk(`${path}[]`, node.items)
        : []
  return [[path, schema], ...below]
}
