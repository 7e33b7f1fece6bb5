/**
 * The directives that have a field of their own, out of the directives' table: in `spec` with
 * nginx's default, in a listener without one.
 */
import { type Field, fields } from '../directives/fields.ts'
import type { Schema as Shape } from '../directives/schema.ts'
import { entry } from '../directives/table.ts'
import {
  flag,
  integer,
  list,
  matches,
  oneOf,
  type Properties,
  quantity,
  type Schema,
  text,
} from './schema.ts'

/** What would be right, by what the reference page calls the argument. */
const sentences = new Map([
  ['TIME', 'must be a time such as 500ms, 60s, 1h30m or 24h; a bare number is seconds'],
  ['SIZE', 'must be a size such as 4096, 16k or 1m; a bare number is octets'],
  ['NAME', 'must be a host name, such as mail.example.com'],
  ['NAME …', 'must be words of printable ASCII'],
])

function sentence({ directive, contexts: [context = 'mail'] }: Field): string {
  const syntax = entry(directive, context)?.row.syntax ?? ''
  return sentences.get(syntax) ?? `must be ${syntax}`
}

function description({ doc, directive }: Field): string {
  return `${doc.replaceAll('`', '')} (${directive})`
}

function schemaOf(shape: Shape, about: string, message: string): Schema<unknown> {
  switch (shape.type) {
    case 'boolean':
      return flag(about)
    case 'integer':
      return integer(about, shape)
    case 'enum':
      return oneOf(about, shape.words)
    case 'string':
      return text(about, { maxLength: shape.maxLength, rules: [matches(shape.pattern, message)] })
    case 'integer-or-string': {
      const { minimum, maximum, maxLength, pattern } = shape
      const own = { expression: pattern, message }
      return quantity(about, { minimum, maximum, maxLength, pattern: own })
    }
    case 'list':
      return list(about, item(shape.items, message), { maxItems: shape.maxItems })
  }
}

/** A CEL rule on each word of each listener would cost more than the API server allows. */
function item(shape: Shape, message: string): Schema<unknown> {
  if (shape.type !== 'string') return schemaOf(shape, 'A word.', message)
  const { pattern, maxLength } = shape
  return text('A word.', { maxLength, pattern: { expression: pattern, message } })
}

const inListener = (field: Field) => schemaOf(field.schema, description(field), sentence(field))

/** The fields as they stand in a listener. */
export const listenerFields: Properties = Object.fromEntries(
  fields.map(field => [field.name, inListener(field)]),
)

/** The same fields as they stand in `spec`. */
export const specFields: Properties = Object.fromEntries(
  fields.map(field => [
    field.name,
    field.default === undefined
      ? inListener(field)
      : { ...inListener(field), default: field.default },
  ]),
)
