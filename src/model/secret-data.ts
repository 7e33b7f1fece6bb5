import type { ConfigMap, Secret } from '../api/objects.ts'

/** What a key of a Secret or ConfigMap holds; `undefined`: it has no such key. */
export function dataOf(object: Secret | ConfigMap, key: string): string | undefined {
  if (object.kind === 'ConfigMap') return own(object.data, key)
  const encoded = own(object.data, key)
  return (
    own(object.stringData, key) ??
    (encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8'))
  )
}

function own(data: Readonly<Record<string, string>> | undefined, key: string): string | undefined {
  return data && Object.hasOwn(data, key) ? data[key] : undefined
}
