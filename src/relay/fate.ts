import { covering, listeners, placeKey } from '../config/binding.ts'
import type { Listen, RelayConfig, Upstream } from '../config/config.ts'
import { tiers } from '../upstream/balancer.ts'
import { printEndpoint } from '../wire/address.ts'
import type { Endpoint } from './backends.ts'

/** Which way a session goes. */
export interface Way {
  readonly listen: Listen
  /** Of the text that the session began with. */
  readonly upstream: Upstream | undefined
  /** Once it is relayed. */
  readonly endpoint: Endpoint | undefined
}

/**
 * What a new text means for a session: it stays, or had better connect again because its listener is
 * gone, or because its endpoint leaves and the upstream has another. `undecided`: that depends on the
 * endpoint that its login will lead to.
 */
export type Fate = 'stays' | 'undecided' | 'listener' | 'endpoint'

export function fates(config: RelayConfig): (way: Way) => Fate {
  const isOpen = openness(config)
  const leaving = new Map([...config.upstreams].map(([name, { servers }]) => [name, left(servers)]))
  return ({ listen, upstream, endpoint }) => {
    if (!isOpen(listen)) return 'listener'
    const places = upstream && leaving.get(upstream.name)
    if (!places || places.size === 0) return 'stays'
    if (!endpoint) return 'undecided'
    return places.has(printEndpoint(endpoint.address, endpoint.port)) ? 'endpoint' : 'stays'
  }
}

/** Whether a client that comes to a listener's address still finds one there. */
function openness(config: RelayConfig): (listen: Listen) => boolean {
  const listens = listeners(config).map(({ listen }) => listen)
  const places = new Set(listens.map(placeKey))
  const wide = covering(listens)
  // Sessions are many, their listeners few.
  const known = new Map<Listen, boolean>()
  return listen => {
    const before = known.get(listen)
    if (before !== undefined) return before
    const open = places.has(placeKey(listen)) || wide(listen) !== undefined
    known.set(listen, open)
    return open
  }
}

/** The endpoints that leave, where clients who connect again are led to another. */
function left(servers: Upstream['servers']): ReadonlySet<string> {
  const [first = []] = tiers(servers)
  if (first.every(({ draining }) => draining)) return new Set()
  const places = servers.filter(({ draining }) => draining).map(place)
  return new Set(places).difference(new Set(first.map(place)))
}

function place({ address, port }: Endpoint): string {
  return printEndpoint(address, port)
}
