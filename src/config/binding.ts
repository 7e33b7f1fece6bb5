import type { Listen, RelayConfig, ServerConfig } from './config.ts'

/** A `listen` with the server that stands behind it. */
export interface Listener {
  readonly listen: Listen
  readonly server: ServerConfig
}

/**
 * A listening socket. Beside every address of a family, a single one of the same port is not bound:
 * its listener is given the connections whose own end has that address.
 */
export interface Binding {
  /** What is bound. */
  readonly listen: Listen
  /** Its own listener and those of the addresses that it covers, in the order of the text. */
  readonly listeners: readonly Listener[]
}

/** All listeners of a configuration, in the order of the text. */
export function listeners({ servers }: RelayConfig): readonly Listener[] {
  return servers.flatMap(server => server.listens.map(listen => ({ listen, server })))
}

/** The sockets of a configuration, in the order of the text. */
export function bindings(config: RelayConfig): readonly Binding[] {
  const all = listeners(config)
  const wide = covering(all.map(({ listen }) => listen))
  const groups = Map.groupBy(all, ({ listen }) => wide(listen) ?? listen)
  return [...groups].map(([listen, listeners]) => ({ listen, listeners }))
}

/** Tells of a listener which of `listens` is bound in its place, if any is. */
export function covering(listens: readonly Listen[]): (listen: Listen) => Listen | undefined {
  const every = new Map(
    listens
      .filter(({ address }) => address === '0.0.0.0' || address === '::')
      .map(listen => [placeKey(listen), listen]),
  )
  return ({ address, port }) => {
    if (address.startsWith('unix:') || address === '::') return undefined
    const six = every.get(placeKey({ address: '::', port }))
    if (address.includes(':')) return six
    if (six?.ipv6only === false) return six
    return address === '0.0.0.0' ? undefined : every.get(placeKey({ address: '0.0.0.0', port }))
  }
}

/** What tells one listener from another. */
export function placeKey({ address, port }: Pick<Listen, 'address' | 'port'>): string {
  return `${address} ${port}`
}

/** What tells one listening socket from another: which families it takes is said before it is bound. */
export function socketKey(listen: Listen): string {
  return `${placeKey(listen)}${listen.ipv6only ? '' : ' and IPv4'}`
}
