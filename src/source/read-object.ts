import { kinds } from '../api/kinds.ts'
import { fields } from './fields.ts'
import type { SourceObject } from './source.ts'
import type { Path } from './yaml-documents.ts'

export type ReadObject =
  | { readonly kind: 'object'; readonly object: SourceObject }
  | { readonly kind: 'fault'; readonly message: string; readonly path: Path }
  /** Of no kind that we read. */
  | { readonly kind: 'foreign' }

/** Our own API group, in which an unknown kind or version is a mistake. */
const group = 'postern.dev/'

const ours = [...kinds.keys()]
  .filter(kind => kind.startsWith(group))
  .map(kind => kind.replace(/\/(?=[^/]*$)/, ' '))
  .join(' or ')

/** One document's value as an object of ours: defaults that the API server would set are set. */
export function readObject(value: unknown): ReadObject {
  const found = fields(value)
  if (!found) return fault('this is no object: apiVersion, kind and metadata are expected')
  const apiVersion = found.get('apiVersion')
  const kind = found.get('kind')
  if (!isText(apiVersion)) return fault('apiVersion is missing or no text', 'apiVersion')
  if (!isText(kind)) return fault('kind is missing or no text', 'kind')
  const known = kinds.get(`${apiVersion}/${kind}`)
  if (!known)
    return apiVersion.startsWith(group)
      ? fault(`${apiVersion} has no kind ${kind}: ${ours} is expected`, 'kind')
      : { kind: 'foreign' }

  const { namespace = 'default', name, ...metadata } = plain(found.get('metadata'))
  if (!isText(name)) return fault('metadata.name is missing or no text', 'metadata', 'name')
  if (!isText(namespace)) return fault('metadata.namespace is no text', 'metadata', 'namespace')
  const stray = notJson(value)
  if (stray) return fault('this value has no meaning in JSON', ...stray)

  const object = {
    ...Object.fromEntries(found),
    apiVersion,
    kind,
    metadata: known.namespaced ? { ...metadata, name, namespace } : { ...metadata, name },
  }
  return { kind: 'object', object }
}

/** The path of the first value that JSON cannot carry: `.nan`, `!!binary`, a set. */
function notJson(value: unknown): Path | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : []
  if (!Array.isArray(value) && !isPlain(value)) return []
  const entries = Array.isArray(value) ? value.entries() : Object.entries(Object(value))
  for (const [key, below] of entries) {
    const path = notJson(below)
    if (path) return [key, ...path]
  }
  return undefined
}

const isPlain = (value: unknown): boolean =>
  typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype

const plain = (value: unknown): Record<string, unknown> => Object.fromEntries(fields(value) ?? [])

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

const fault = (message: string, ...path: Path): ReadObject => ({ kind: 'fault', message, path })
