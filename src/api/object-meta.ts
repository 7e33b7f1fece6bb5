import { isLabel, isSubdomain } from './names.ts'
import { integer, map, object, text } from './schema.ts'

const strings = (description: string) =>
  map(description, text('', { minLength: 0, maxLength: 262_144 }), { maxProperties: 10_000 })

const shared = {
  uid: text('', { maxLength: 128 }),
  generation: integer('', { minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  creationTimestamp: text('', { maxLength: 64 }),
  resourceVersion: text('', { maxLength: 128 }),
  labels: strings(''),
  annotations: strings(''),
}

const name = text('', { maxLength: 253, rules: [isSubdomain] })

/** What is read of `metadata`; the API server knows its schema, so the CRD does not hold it. */
export const namespacedMeta = object('', {
  needs: {
    name,
    namespace: text('', { maxLength: 63, default: 'default', rules: [isLabel] }),
  },
  may: shared,
})

export const clusterMeta = object('', { needs: { name }, may: shared })
