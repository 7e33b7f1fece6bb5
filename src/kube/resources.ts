import { readLabel } from '../api/objects.ts'
import type { SourceObject } from '../source/source.ts'
import { prunes } from './prune.ts'

/** A kind as the API server has it. */
export interface Resource {
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
}

const postern = 'postern.dev/v1alpha1'
const row = (apiVersion: string, kind: string, plural: string, namespaced = true): Resource => ({
  apiVersion,
  kind,
  plural,
  namespaced,
})

export const resources = {
  mailProxy: row(postern, 'MailProxy', 'mailproxies'),
  mailProxyClass: row(postern, 'MailProxyClass', 'mailproxyclasses', false),
  service: row('v1', 'Service', 'services'),
  endpointSlice: row('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices'),
  secret: row('v1', 'Secret', 'secrets'),
  configMap: row('v1', 'ConfigMap', 'configmaps'),
  lease: row('coordination.k8s.io/v1', 'Lease', 'leases'),
  crd: row(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    'customresourcedefinitions',
    false,
  ),
  event: row('events.k8s.io/v1', 'Event', 'events'),
} as const satisfies Record<string, Resource>

/** What one reflector reads. */
export interface Watched {
  readonly resource: Resource
  /** `undefined`: of all namespaces. */
  readonly namespace?: string
  readonly fieldSelector?: string
  readonly labelSelector?: string
  /** What is kept of an object. */
  readonly prune: (object: SourceObject) => SourceObject
}

/** Of all namespaces where `namespace` is not given; without a name the collection. */
export function pathOf(resource: Resource, namespace?: string, name?: string): string {
  const { apiVersion, plural } = resource
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const within = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`
  return `${root}${within}/${plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`
}

const tls = 'type=kubernetes.io/tls'
const labelled = `${readLabel}=true`

/**
 * All that the controller reads, of the cluster or of some namespaces; then nothing that is
 * cluster-scoped. Each object is read by one reflector only.
 */
export function watchedOf(namespaces: readonly string[]): readonly Watched[] {
  const all = [
    { resource: resources.mailProxy, prune: prunes.mailProxy },
    { resource: resources.service, prune: prunes.service },
    { resource: resources.endpointSlice, prune: prunes.endpointSlice },
    { resource: resources.secret, fieldSelector: tls, prune: prunes.tlsSecret },
    {
      resource: resources.secret,
      fieldSelector: tls.replace('=', '!='),
      labelSelector: labelled,
      prune: prunes.secret,
    },
    { resource: resources.configMap, labelSelector: labelled, prune: prunes.configMap },
  ]
  if (namespaces.length === 0)
    return [{ resource: resources.mailProxyClass, prune: prunes.mailProxyClass }, ...all]
  return namespaces.flatMap(namespace => all.map(one => ({ ...one, namespace })))
}
