import type { BackendRef } from '../api/backend-refs.ts'
import type { BackendTls } from '../words/starttls.ts'
import { authority } from './authority.ts'
import { endpoints, servicePort } from './endpoints.ts'
import type { Backend, Endpoint, WeightedEndpoint } from './model.ts'
import { keyOf, type Subject } from './subject.ts'
import { type Resolved, refused, resolved, unresolved, type Violation } from './violation.ts'
import { weights } from './weights.ts'

type Mode = 'Auto' | 'None' | 'StartTLS' | 'Implicit'

const modes: Readonly<Record<Mode, BackendTls>> = {
  Auto: 'auto',
  None: 'off',
  StartTLS: 'starttls',
  Implicit: 'on',
}

/** All Services of a listener as one group of endpoints. */
export function backend(subject: Subject): Resolved<Omit<Backend, 'directives'>> {
  const refs = subject.listener.backendRefs ?? subject.proxy.spec.backendRefs ?? []
  const groups = refs.map(ref => ({ ref, found: ofRef(subject, ref) }))
  const shares = weights(
    groups.map(({ ref, found }) => ({ weight: ref.weight ?? 1, count: sharing(found.value) })),
  )
  const all = groups.flatMap(({ ref, found }, index) =>
    found.value.map(endpoint => weighted(subject, ref, endpoint, shares[index] ?? 0)),
  )
  const verified = authority(subject, refs[0])
  const used = merged(all)
  return resolved(
    { endpoints: used, tls: modes[refs[0]?.tls?.mode ?? 'Auto'], authority: verified.value },
    [
      ...groups.flatMap(({ found }) => found.violations),
      ...verified.violations,
      ...differences(refs),
      ...(used.length === 0 && all.length > 0 ? [idle] : []),
    ],
    groups.flatMap(({ found }) => found.notes),
  )
}

const idle = unresolved('NoEndpoints', 'every backendRef with an endpoint has the weight 0')

/** Among how many endpoints a Service's weight is divided: those that leave take none of the others' share. */
function sharing(endpoints: readonly Endpoint[]): number {
  const staying = endpoints.filter(({ draining }) => !draining).length
  return staying > 0 ? staying : endpoints.length
}

function ofRef(subject: Subject, ref: BackendRef): Resolved<readonly Endpoint[]> {
  const { lookup, proxy, localEndpoints } = subject
  const { namespace } = proxy.metadata
  const name = `the Service ${keyOf(subject, ref.name)}`
  const service = lookup.service(namespace, ref.name)
  if (!service) return resolved([], [unresolved('BackendNotFound', `${name} does not exist`)])
  if (service.spec?.type === 'ExternalName')
    return resolved(
      [],
      [unresolved('UnsupportedBackend', `${name} is an ExternalName, which has no endpoints`)],
    )
  const port = servicePort(service, ref.port)
  if (!port)
    return resolved([], [unresolved('BackendPortNotFound', `${name} has no TCP port ${ref.port}`)])
  const { usable, refused } = endpoints(lookup.slices(namespace, ref.name), port, localEndpoints)
  return resolved(
    usable,
    usable.length > 0
      ? []
      : [unresolved('NoEndpoints', `${name} has no ready endpoint at port ${ref.port}`)],
    refused.map(
      address => `${name} has the endpoint ${JSON.stringify(address)}, which is not used`,
    ),
  )
}

function weighted(
  subject: Subject,
  { name, tls }: BackendRef,
  endpoint: Endpoint,
  weight: number,
): WeightedEndpoint {
  const verified = tls?.mode === 'StartTLS' || tls?.mode === 'Implicit'
  const usual = `${name}.${subject.proxy.metadata.namespace}.svc`
  return { ...endpoint, weight, sslName: verified ? (tls.serverName ?? usual) : undefined }
}

/** An endpoint behind two Services has the shares of both; one of weight 0 gets nothing. */
function merged(all: readonly WeightedEndpoint[]): readonly WeightedEndpoint[] {
  const byAddress = new Map<string, WeightedEndpoint>()
  for (const endpoint of all.filter(({ weight }) => weight > 0)) {
    const key = `${endpoint.address} ${endpoint.port}`
    const before = byAddress.get(key)
    byAddress.set(key, before ? { ...before, weight: before.weight + endpoint.weight } : endpoint)
  }
  return [...byAddress.values()]
}

/** One listener has one way of TLS to its backends; CEL refuses others, and so does this. */
function differences(refs: readonly BackendRef[]): readonly Violation[] {
  const ways = refs.map(
    ({ tls }) => `${tls?.mode ?? 'Auto'} ${tls?.caRef?.kind} ${tls?.caRef?.name}`,
  )
  return new Set(ways).size > 1
    ? [
        refused(
          'Invalid',
          'the backends of one listener must all have the same tls.mode and tls.caRef',
        ),
      ]
    : []
}
