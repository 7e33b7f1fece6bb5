/** What lists and watches say, as values. */
import { fields } from '../source/fields.ts'
import type { SourceObject } from '../source/source.ts'
import { list, word } from './reply.ts'
import type { Resource } from './resources.ts'

export interface Page {
  readonly objects: readonly SourceObject[]
  readonly version: string
  /** The token of the next page; empty at the end. */
  readonly next: string
}

/** `undefined`: no list. */
export function page(body: unknown, resource: Resource): Page | undefined {
  const found = fields(body)
  const metadata = fields(found?.get('metadata'))
  const items = found?.get('items')
  const version = word(metadata?.get('resourceVersion'))
  if (version === '' || !(Array.isArray(items) || items === null)) return undefined
  const objects = list(items).flatMap(item => objectOf(item, resource) ?? [])
  return { objects, version, next: text(metadata?.get('continue')) }
}

export type WatchEvent =
  | { readonly kind: 'changed' | 'deleted'; readonly object: SourceObject }
  | { readonly kind: 'bookmark'; readonly version: string }
  | { readonly kind: 'error'; readonly code: number; readonly message: string }

/** `undefined`: a line that no API server sends. */
export function watchEvent(line: Buffer, resource: Resource): WatchEvent | undefined {
  const found = fields(parsed(line))
  const raw = found?.get('object')
  switch (found?.get('type')) {
    case 'ADDED':
    case 'MODIFIED':
      return withObject('changed', raw, resource)
    case 'DELETED':
      return withObject('deleted', raw, resource)
    case 'BOOKMARK': {
      const version = word(fields(fields(raw)?.get('metadata'))?.get('resourceVersion'))
      return version === '' ? undefined : { kind: 'bookmark', version }
    }
    case 'ERROR': {
      const status = fields(raw)
      const code = status?.get('code')
      return {
        kind: 'error',
        code: typeof code === 'number' ? code : 0,
        message: word(status?.get('message')),
      }
    }
    default:
      return undefined
  }
}

function withObject(
  kind: 'changed' | 'deleted',
  raw: unknown,
  resource: Resource,
): WatchEvent | undefined {
  const object = objectOf(raw, resource)
  return object && { kind, object }
}

/** Items of a list have neither kind nor version of their own. */
export function objectOf(
  raw: unknown,
  { apiVersion, kind }: Pick<Resource, 'apiVersion' | 'kind'>,
): SourceObject | undefined {
  const found = fields(raw)
  const metadata = fields(found?.get('metadata'))
  const name = metadata?.get('name')
  const namespace = metadata?.get('namespace')
  if (!found || !metadata || typeof name !== 'string') return undefined
  return {
    ...Object.fromEntries(found),
    apiVersion,
    kind,
    metadata: {
      ...Object.fromEntries([...metadata].filter(([field]) => field !== 'namespace')),
      name,
      ...(typeof namespace === 'string' ? { namespace } : {}),
    },
  }
}

export const versionOf = ({ metadata }: SourceObject): string => word(metadata['resourceVersion'])

function parsed(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'))
  } catch {
    return undefined
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
