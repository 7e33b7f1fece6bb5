import type { MailProxy } from '../../src/api/mail-proxy.ts'
import type { AnyObject } from '../../src/api/objects.ts'
import { read } from '../../src/api/read.ts'

/** Builders of objects for tests; each goes through the schema, as every object does. */
export function objectOf(raw: unknown): AnyObject {
  const found = read(raw)
  if (found.kind === 'object') return found.object
  throw new Error(JSON.stringify(found))
}

interface Meta {
  readonly name?: string
  readonly namespace?: string
  readonly creationTimestamp?: string
}

export function mailProxyWith(spec: object, meta: Meta = {}): MailProxy {
  const metadata = { name: 'corp', namespace: 'mail', generation: 1, ...meta }
  const object = objectOf({ apiVersion: 'postern.dev/v1alpha1', kind: 'MailProxy', metadata, spec })
  if (object.kind === 'MailProxy') return object
  throw new Error('no MailProxy')
}

/** A Service `dovecot` with the port 143, and an endpoint. */
export const dovecot: readonly AnyObject[] = [
  serviceOf('dovecot', [{ port: 143 }]),
  sliceOf('dovecot', [{ addresses: ['10.0.0.1'] }], [{ port: 143 }]),
]

export function serviceOf(name: string, ports: readonly object[], spec: object = {}): AnyObject {
  const metadata = { name, namespace: 'mail' }
  return objectOf({ apiVersion: 'v1', kind: 'Service', metadata, spec: { ports, ...spec } })
}

export function sliceOf(
  service: string,
  endpoints: readonly object[],
  ports: readonly object[] | null,
  addressType = 'IPv4',
): AnyObject {
  const labels = { 'kubernetes.io/service-name': service }
  return objectOf({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${service}-1`, namespace: 'mail', labels },
    addressType,
    endpoints,
    ports,
  })
}

export function secretOf(
  name: string,
  stringData: Readonly<Record<string, string>>,
  type?: string,
) {
  const metadata = { name, namespace: 'mail' }
  return objectOf({ apiVersion: 'v1', kind: 'Secret', metadata, type, stringData })
}
