import { readFileSync } from 'node:fs'
import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml'

const path = new URL('../charts/postern/values.yaml', import.meta.url).pathname

/** One value of the chart. */
export interface Value {
  readonly name: string
  readonly default: unknown
  /** What the comment above it says. */
  readonly description: string
  /** What its comment adds to the schema. */
  readonly schema: Readonly<Record<string, unknown>>
  /** The values below it; empty for one that is taken whole. */
  readonly below: readonly Value[]
}

/** The values of the chart with their comments, in the order of the file. */
export function chartValues(): readonly Value[] {
  const document = parseDocument(readFileSync(path, 'utf8'))
  if (document.errors[0]) throw document.errors[0]
  if (!isMap(document.contents)) throw new Error(`${path} is no map`)
  return valuesOf(document.contents)
}

function valuesOf(map: YAMLMap): readonly Value[] {
  return map.items.map((pair, at) => readValue(pair, at === 0 ? map.commentBefore : undefined))
}

/** The comment above the first value of a map belongs to the map; what opens the file, to nobody. */
function readValue({ key, value }: Pair, first: string | null | undefined): Value {
  if (!isScalar(key)) throw new Error('a key that is no word')
  const comment = (key.commentBefore ?? first ?? '').split(/\n\s*\n/).at(-1) ?? ''
  const lines = comment.split('\n').map(line => line.trim())
  const added = lines.filter(line => line.startsWith('@ ')).map(line => line.slice(2))
  const schema = Object.assign({}, ...added.map(text => JSON.parse(text)))
  // A map that says what its values are has names of the user's choice.
  const isOpen = 'additionalProperties' in schema
  return {
    name: String(key.value),
    default: plain(value),
    description: lines
      .filter(line => !line.startsWith('@ '))
      .join(' ')
      .trim(),
    schema,
    below:
      isMap(value) && !value.flow && !isOpen && !isWhole(String(key.value)) ? valuesOf(value) : [],
  }
}

/** Parts of Kubernetes objects that the chart hands on as they are. */
const whole = [
  'resources',
  'livenessProbe',
  'readinessProbe',
  'podSecurityContext',
  'securityContext',
  'behavior',
  'labels',
]
const isWhole = (name: string): boolean => whole.includes(name)

const plain = (node: unknown): unknown =>
  typeof node === 'object' && node !== null && 'toJSON' in node && typeof node.toJSON === 'function'
    ? node.toJSON()
    : undefined
