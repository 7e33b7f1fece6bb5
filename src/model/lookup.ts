import type { ConfigMap, EndpointSlice, Secret, Service } from '../api/objects.ts'
import { serviceNameLabel } from './endpoints.ts'

/** The objects by namespace and name. */
export interface Lookup {
  service(namespace: string, name: string): Service | undefined
  slices(namespace: string, service: string): readonly EndpointSlice[]
  secret(namespace: string, name: string): Secret | undefined
  configMap(namespace: string, name: string): ConfigMap | undefined
}

export function lookup(objects: {
  readonly services: readonly Service[]
  readonly endpointSlices: readonly EndpointSlice[]
  readonly secrets: readonly Secret[]
  readonly configMaps: readonly ConfigMap[]
}): Lookup {
  const services = byKey(objects.services)
  const secrets = byKey(objects.secrets)
  const configMaps = byKey(objects.configMaps)
  const slices = Map.groupBy(
    objects.endpointSlices,
    ({ metadata }) => `${metadata.namespace}/${metadata.labels?.[serviceNameLabel] ?? ''}`,
  )
  return {
    service: (namespace, name) => services.get(`${namespace}/${name}`),
    slices: (namespace, service) => slices.get(`${namespace}/${service}`) ?? [],
    secret: (namespace, name) => secrets.get(`${namespace}/${name}`),
    configMap: (namespace, name) => configMaps.get(`${namespace}/${name}`),
  }
}

interface Namespaced {
  readonly metadata: { readonly namespace: string; readonly name: string }
}

function byKey<T extends Namespaced>(objects: readonly T[]): ReadonlyMap<string, T> {
  return new Map(objects.map(one => [`${one.metadata.namespace}/${one.metadata.name}`, one]))
}
