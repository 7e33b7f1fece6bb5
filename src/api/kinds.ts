import { mailProxy } from './mail-proxy.ts'
import { mailProxyClass } from './mail-proxy-class.ts'
import { type AnyObject, configMap, endpointSlice, secret, service } from './objects.ts'
import type { Schema } from './schema.ts'

export interface Kind {
  readonly schema: Schema<AnyObject>
  /** Whether its objects live in namespaces. */
  readonly namespaced: boolean
}

const namespaced = (schema: Schema<AnyObject>): Kind => ({ schema, namespaced: true })

/** The kinds that are read, by `apiVersion/kind`. */
export const kinds: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['postern.dev/v1alpha1/MailProxy', namespaced(mailProxy)],
  ['postern.dev/v1alpha1/MailProxyClass', { schema: mailProxyClass, namespaced: false }],
  ['v1/Service', namespaced(service)],
  ['v1/Secret', namespaced(secret)],
  ['v1/ConfigMap', namespaced(configMap)],
  ['discovery.k8s.io/v1/EndpointSlice', namespaced(endpointSlice)],
])
