/** The few fields that are read of the cluster's own objects. */
import type { MailProxy } from './mail-proxy.ts'
import type { MailProxyClass } from './mail-proxy-class.ts'
import { namespacedMeta } from './object-meta.ts'
import { flag, integer, list, map, object, oneOf, quantity, text, type ValueOf } from './schema.ts'

const word = text('', { minLength: 0, maxLength: 1024 })
/** An object of the API server holds less than 1.5 MiB (etcd's limit). */
const value = text('', { minLength: 0, maxLength: 2_097_152 })
const port = integer('', { minimum: 0, maximum: 65_535 })

export const service = object('', {
  needs: { kind: oneOf('', ['Service']), metadata: namespacedMeta },
  may: {
    spec: object('', {
      needs: {},
      may: {
        type: word,
        externalName: word,
        ports: list(
          '',
          object('', {
            needs: { port },
            may: {
              name: word,
              protocol: word,
              targetPort: quantity('', { minimum: 0, maximum: 65_535, maxLength: 1024 }),
            },
          }),
          { maxItems: 1000 },
        ),
      },
    }),
  },
})

export type Service = ValueOf<typeof service>

export const endpointSlice = object('', {
  needs: { kind: oneOf('', ['EndpointSlice']), metadata: namespacedMeta },
  may: {
    addressType: word,
    endpoints: list(
      '',
      object('', {
        needs: {},
        may: {
          addresses: list('', word, { maxItems: 1000 }),
          conditions: object('', {
            needs: {},
            may: { ready: flag(''), serving: flag(''), terminating: flag('') },
          }),
        },
      }),
      { maxItems: 10_000 },
    ),
    ports: list('', object('', { needs: {}, may: { name: word, port, protocol: word } }), {
      maxItems: 1000,
    }),
  },
})

export type EndpointSlice = ValueOf<typeof endpointSlice>

export const secret = object('', {
  needs: { kind: oneOf('', ['Secret']), metadata: namespacedMeta },
  may: {
    type: word,
    /** In base64. */
    data: map('', value, { maxProperties: 10_000 }),
    /** As it is; goes before `data`. */
    stringData: map('', value, { maxProperties: 10_000 }),
  },
})

export type Secret = ValueOf<typeof secret>

export const configMap = object('', {
  needs: { kind: oneOf('', ['ConfigMap']), metadata: namespacedMeta },
  may: { data: map('', value, { maxProperties: 10_000 }) },
})

export type ConfigMap = ValueOf<typeof configMap>

export type AnyObject = MailProxy | MailProxyClass | Service | EndpointSlice | Secret | ConfigMap

/** On a Secret that is not of type `kubernetes.io/tls`, and on a ConfigMap: a controller of a cluster may read it. */
export const readLabel = 'postern.dev/read'

/** `namespace/name`; for a cluster-scoped object `name`. */
export type ObjectKey = string

export function objectKey(object: AnyObject): ObjectKey {
  return object.kind === 'MailProxyClass'
    ? object.metadata.name
    : `${object.metadata.namespace}/${object.metadata.name}`
}
