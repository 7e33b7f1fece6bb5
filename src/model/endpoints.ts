/**
 * A Service's port → the endpoints that stand behind it: sorted, distinct, usable. EndpointSlices
 * contradict each other while they are updated; an endpoint that is ready in one is ready.
 */
import type { EndpointSlice, Service } from '../api/objects.ts'
import { parseAddress } from '../directives/address.ts'
import type { Endpoint } from './model.ts'

/** The label that joins a slice to its Service. */
export const serviceNameLabel = 'kubernetes.io/service-name'

type Ports = NonNullable<NonNullable<Service['spec']>['ports']>
type ServicePort = Ports[number]
type SliceEndpoint = NonNullable<EndpointSlice['endpoints']>[number]

const isTcp = ({ protocol }: { readonly protocol?: string | undefined }) =>
  protocol === undefined || protocol === '' || protocol === 'TCP'

/** The Service's port by number or by name. */
export function servicePort(service: Service, port: number | string): ServicePort | undefined {
  const ports = (service.spec?.ports ?? []).filter(isTcp)
  return ports.find(candidate =>
    typeof port === 'number' ? candidate.port === port : candidate.name === port,
  )
}

/** `refuses` names what is wrong with an address that must not be used. */
export interface Endpoints {
  readonly usable: readonly Endpoint[]
  /** Addresses that were left out: loopback, link-local, or no address at all. */
  readonly refused: readonly string[]
}

/**
 * The ready endpoints, and those that are leaving and still serve, as `draining`: they are used only
 * where none is ready, and their sessions are told to go where one is.
 * `local` allows loopback and link-local addresses, which no cluster may name.
 */
export function endpoints(
  slices: readonly EndpointSlice[],
  port: ServicePort,
  local: boolean,
): Endpoints {
  const all = slices.flatMap(slice => ofSlice(slice, port))
  const isUsable = ({ address }: Found) => address !== '' && (local || !isLocal(address))
  const good = all.filter(isUsable)
  const refused = all.filter(endpoint => !isUsable(endpoint)).map(({ given }) => given)
  const ready = good.filter(endpoint => endpoint.state === 'ready')
  const leaving = good.filter(endpoint => endpoint.state === 'draining')
  return { usable: distinct([...leaving, ...ready]), refused: [...new Set(refused)].sort() }
}

interface Found {
  readonly given: string
  /** Canonical; empty where `given` is no address. */
  readonly address: string
  readonly port: number
  readonly state: 'ready' | 'draining' | 'gone'
}

function ofSlice(slice: EndpointSlice, port: ServicePort): readonly Found[] {
  if (slice.addressType === 'FQDN') return []
  const number = slicePort(slice, port)
  if (number === undefined) return []
  return (slice.endpoints ?? []).flatMap(endpoint =>
    (endpoint.addresses ?? []).map(given => ({
      given: given.slice(0, 64),
      address: parseAddress(given) ?? '',
      port: number,
      state: state(endpoint),
    })),
  )
}

/** A slice without ports, or a port without a number, leaves the port to the Service. */
function slicePort(slice: EndpointSlice, port: ServicePort): number | undefined {
  const ports = slice.ports ?? []
  const match = ports.filter(isTcp).find(({ name }) => (name ?? '') === (port.name ?? ''))
  if (ports.length > 0 && !match) return undefined
  const number = match?.port ?? (typeof port.targetPort === 'number' ? port.targetPort : port.port)
  return number >= 1 ? number : undefined
}

/** Kubernetes: no `ready` means ready; no `serving` means as `ready`. */
function state({ conditions = {} }: SliceEndpoint): Found['state'] {
  const { ready = true, serving = ready, terminating = false } = conditions
  if (ready) return 'ready'
  return serving && terminating ? 'draining' : 'gone'
}

function distinct(found: readonly Found[]): readonly Endpoint[] {
  const byAddress = new Map(
    found.map(({ address, port, state }) => [
      `${address} ${port}`,
      { address, port, draining: state === 'draining' },
    ]),
  )
  return [...byAddress.values()].sort(byAddressAndPort)
}

function byAddressAndPort(a: Endpoint, b: Endpoint): number {
  if (a.address !== b.address) return a.address < b.address ? -1 : 1
  return a.port - b.port
}

/** Loopback, link-local, unspecified, multicast and broadcast: what no pod has. */
function isLocal(address: string): boolean {
  return address.includes(':')
    ? /^(::1?$|fe[89ab]|ff)/.test(address)
    : /^(0\.|127\.|169\.254\.|22[4-9]\.|23\d\.|255\.255\.255\.255$)/.test(address)
}
