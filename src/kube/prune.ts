/**
 * What is kept of the API server's objects: only what somebody reads, so that the memory of a large
 * cluster stays small and that changes of no meaning are seen as such.
 */
import { defaultClassAnnotation } from '../api/mail-proxy-class.ts'
import { fields } from '../source/fields.ts'
import type { SourceObject } from '../source/source.ts'
import { list } from './reply.ts'

type Prune = (object: SourceObject) => SourceObject

const meta = ['name', 'namespace', 'uid', 'generation', 'creationTimestamp', 'resourceVersion']

/** The fields of these names, as far as they are there. */
export function pick(value: unknown, names: readonly string[]): Record<string, unknown> {
  const found = fields(value)
  const kept = names.map(name => [name, found?.get(name)] as const)
  return Object.fromEntries(kept.filter(([, field]) => field !== undefined && field !== null))
}

const each = (value: unknown, names: readonly string[]) => list(value).map(one => pick(one, names))

function prune(
  names: readonly string[],
  more: (object: SourceObject) => Record<string, unknown> = () => ({}),
  metadata: (metadata: unknown) => Record<string, unknown> = () => ({}),
): Prune {
  return object => ({
    apiVersion: object.apiVersion,
    kind: object.kind,
    ...pick(object, names),
    ...more(object),
    metadata: {
      name: object.metadata.name,
      ...pick(object.metadata, meta),
      ...metadata(object.metadata),
    },
  })
}

const sub = (name: string, names: readonly string[]) => (metadata: unknown) => ({
  [name]: pick(fields(metadata)?.get(name), names),
})

/** Who wrote of the status, and not what. */
const managers = (metadata: unknown) => ({
  managedFields: each(fields(metadata)?.get('managedFields'), ['manager', 'subresource']).filter(
    ({ subresource }) => subresource === 'status',
  ),
})

const addresses = (value: unknown) =>
  list(value).map(one => ({
    ...pick(one, ['addresses']),
    conditions: pick(fields(one)?.get('conditions'), ['ready', 'serving', 'terminating']),
  }))

const portFields = ['name', 'port', 'protocol', 'targetPort']

export const prunes = {
  mailProxy: prune(['spec', 'status'], undefined, managers),
  mailProxyClass: prune(
    ['spec', 'status'],
    undefined,
    sub('annotations', [defaultClassAnnotation]),
  ),
  service: prune([], ({ spec }) => ({
    spec: {
      ...pick(spec, ['type', 'externalName']),
      ports: each(fields(spec)?.get('ports'), portFields),
    },
  })),
  endpointSlice: prune(
    ['addressType'],
    ({ endpoints, ports }) => ({
      endpoints: addresses(endpoints),
      ports: each(ports, ['name', 'port', 'protocol']),
    }),
    sub('labels', ['kubernetes.io/service-name']),
  ),
  tlsSecret: prune(['type'], ({ data }) => ({
    data: pick(data, ['tls.crt', 'tls.key', 'ca.crt']),
  })),
  secret: prune(['type', 'data']),
  configMap: prune(['data']),
} as const satisfies Record<string, Prune>
