import type { Listen, RelayConfig, ServerConfig } from './config.ts'

/** A `listen` with the server that stands behind it. */
export interface Listener {
  readonly listen: Listen
  readonly server: ServerConfig
}

/** What to do with the listeners so that a new configuration takes an old one's place. */
export interface Diff {
  readonly open: readonly Listener[]
  /** Stays open, and serves what is given here from now on. */
  readonly keep: readonly Listener[]
  readonly close: readonly Listen[]
}

/**
 * `before`: what is open now, whatever it was opened for. A listener is its address and port; all
 * else of it changes in place.
 */
export function diff(before: readonly Listen[], wanted: RelayConfig): Diff {
  const after = listeners(wanted)
  const had = new Set(before.map(socketKey))
  const has = new Set(after.map(({ listen }) => socketKey(listen)))
  return {
    open: after.filter(({ listen }) => !had.has(socketKey(listen))),
    keep: after.filter(({ listen }) => had.has(socketKey(listen))),
    close: before.filter(listen => !has.has(socketKey(listen))),
  }
}

/** All listeners of a configuration, in the order of the text. */
export function listeners({ servers }: RelayConfig): readonly Listener[] {
  return servers.flatMap(server => server.listens.map(listen => ({ listen, server })))
}

/** What tells one listening socket from another. */
export function socketKey({ address, port }: Listen): string {
  return `${address} ${port}`
}
