/**
 * Applies a schema as the API server does: `null` is no value, unknown fields are dropped (and
 * named), defaults are filled in, then types, bounds, and the rules of whatever is sound so far.
 * Every fault is found, each with its path. Any input at all is judged; nothing throws.
 */
import type { Node, Pattern, Properties, Rule, Schema } from './schema.ts'

export interface Fault {
  /** `spec.listeners[2].tls`. */
  readonly path: string
  readonly message: string
}

export type Checked<T> =
  | { readonly kind: 'valid'; readonly value: T; readonly unknown: readonly string[] }
  | {
      readonly kind: 'invalid'
      readonly faults: readonly Fault[]
      readonly unknown: readonly string[]
    }

/** No more faults than these are kept of one object. */
const maxFaults = 64

interface Findings {
  readonly faults: Fault[]
  readonly unknown: string[]
}

export function check<T>(schema: Schema<T>, raw: unknown): Checked<T> {
  const found: Findings = { faults: [], unknown: [] }
  const value = walk(schema, raw, '', found)
  const { unknown } = found
  if (sound(schema, value, found)) return { kind: 'valid', value, unknown }
  return { kind: 'invalid', faults: found.faults, unknown }
}

/** A walk that found no fault has made a value of the schema's type. */
function sound<T>(_schema: Schema<T>, _value: unknown, found: Findings): _value is T {
  return found.faults.length === 0
}

function walk(schema: Schema<unknown>, raw: unknown, path: string, found: Findings): unknown {
  const before = found.faults.length
  const value = shaped(schema.node, raw, path, found)
  if (found.faults.length === before)
    for (const rule of schema.rules) if (!rule.compares) judge(rule, value, path, found)
  return value
}

function judge(rule: Rule<unknown>, value: unknown, path: string, found: Findings): void {
  if (!rule.holds(value)) fault(found, path + (rule.fieldPath ?? ''), rule.message)
}

function fault(found: Findings, path: string, message: string): void {
  if (found.faults.length < maxFaults) found.faults.push({ path: path.replace(/^\./, ''), message })
}

function shaped(node: Node, raw: unknown, path: string, found: Findings): unknown {
  switch (node.kind) {
    case 'string':
      return textValue(node, raw, path, found)
    case 'integer':
      return whole(node, raw, path, found)
    case 'boolean':
      if (typeof raw !== 'boolean') fault(found, path, `must be true or false, not ${what(raw)}`)
      return raw
    case 'quantity':
      if (typeof raw === 'number') return whole(node, raw, path, found)
      return textValue({ ...node, minLength: 1 }, raw, path, found, 'a string or an integer')
    case 'list':
      return listValue(node, raw, path, found)
    case 'object':
      return objectValue(node, raw, path, found)
    case 'map':
      return mapValue(node, raw, path, found)
  }
}

interface TextBounds {
  readonly minLength: number
  readonly maxLength: number
  readonly enum?: readonly string[]
  readonly pattern?: Pattern
}

function textValue(
  bounds: TextBounds,
  raw: unknown,
  path: string,
  found: Findings,
  expected = 'a string',
): unknown {
  if (typeof raw !== 'string') fault(found, path, `must be ${expected}, not ${what(raw)}`)
  else if (bounds.enum && !bounds.enum.includes(raw))
    fault(found, path, `must be ${bounds.enum.map(word => `"${word}"`).join(', ')}`)
  else if (length(raw) > bounds.maxLength)
    fault(found, path, `may not be longer than ${bounds.maxLength} characters`)
  else if (length(raw) < bounds.minLength) fault(found, path, 'must not be empty')
  else if (bounds.pattern && !new RegExp(bounds.pattern.expression).test(raw))
    fault(found, path, bounds.pattern.message)
  return raw
}

/** Characters, as the API server counts them: code points. */
function length(value: string): number {
  let count = 0
  for (const _ of value) count += 1
  return count
}

function whole(
  bounds: { readonly minimum: number; readonly maximum: number },
  raw: unknown,
  path: string,
  found: Findings,
): unknown {
  const { minimum, maximum } = bounds
  if (typeof raw !== 'number' || !Number.isInteger(raw))
    fault(found, path, `must be an integer, not ${what(raw)}`)
  else if (raw < minimum || raw > maximum)
    fault(found, path, `must be between ${minimum} and ${maximum}`)
  return raw
}

function listValue(
  node: Extract<Node, { kind: 'list' }>,
  raw: unknown,
  path: string,
  found: Findings,
): unknown {
  if (!Array.isArray(raw)) {
    fault(found, path, `must be a list, not ${what(raw)}`)
    return raw
  }
  if (raw.length > node.maxItems) {
    fault(found, path, `may not have more than ${node.maxItems} items`)
    return []
  }
  if (raw.length < node.minItems) fault(found, path, `must have at least ${node.minItems} item`)
  const items = raw.map((item, index) => walk(node.items, item, `${path}[${index}]`, found))
  if (node.key !== undefined) unique(items, node.key, path, found)
  return items
}

function unique(items: readonly unknown[], key: string, path: string, found: Findings): void {
  const seen = new Set<unknown>()
  for (const [index, item] of items.entries()) {
    const own = isRecord(item) ? item[key] : undefined
    if (own !== undefined && seen.has(own))
      fault(found, `${path}[${index}]`, `Duplicate value: ${key} ${JSON.stringify(own)}`)
    seen.add(own)
  }
}

function objectValue(
  node: Extract<Node, { kind: 'object' }>,
  raw: unknown,
  path: string,
  found: Findings,
): unknown {
  if (!isRecord(raw)) {
    fault(found, path, `must be an object, not ${what(raw)}`)
    return raw
  }
  for (const name of Object.keys(raw))
    if (!Object.hasOwn(node.properties, name))
      found.unknown.push(`${path}.${name}`.replace(/^\./, ''))
  return Object.fromEntries(
    Object.entries(filled(node.properties, raw))
      .map(([name, value]) => [name, property(node, name, value, path, found)])
      .filter(([, value]) => value !== undefined),
  )
}

/** Each property's own value, or its default, in the schema's order. */
function filled(properties: Properties, raw: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [
      name,
      (Object.hasOwn(raw, name) ? raw[name] : undefined) ?? schema.default,
    ]),
  )
}

function property(
  node: Extract<Node, { kind: 'object' }>,
  name: string,
  value: unknown,
  path: string,
  found: Findings,
): unknown {
  const schema = node.properties[name]
  const own = `${path}.${name}`
  if (value !== undefined && schema) return walk(schema, value, own, found)
  if (node.required.has(name)) fault(found, own, 'is required')
  return undefined
}

function mapValue(
  node: Extract<Node, { kind: 'map' }>,
  raw: unknown,
  path: string,
  found: Findings,
): unknown {
  if (!isRecord(raw)) {
    fault(found, path, `must be an object, not ${what(raw)}`)
    return raw
  }
  const entries = Object.entries(raw)
  if (entries.length > node.maxProperties) {
    fault(found, path, `may not have more than ${node.maxProperties} keys`)
    return {}
  }
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      walk(node.values, value, `${path}[${JSON.stringify(name.slice(0, 64))}]`, found),
    ]),
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What was given, in YAML's words. */
function what(raw: unknown): string {
  if (raw === null || raw === undefined) return 'empty'
  if (Array.isArray(raw)) return 'a list'
  if (typeof raw === 'object') return 'an object'
  if (typeof raw === 'number') return 'a number'
  return `a ${typeof raw}`
}
