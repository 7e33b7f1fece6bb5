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

/** A listener is its address and port; all else of it changes in place. */
export function diff(old: RelayConfig | undefined, wanted: RelayConfig): Diff {
  const before = old ? listeners(old) : []
  const after = listeners(wanted)
  const had = new Set(before.map(key))
  const has = new Set(after.map(key))
  return {
    open: after.filter(listener => !had.has(key(listener))),
    keep: after.filter(listener => had.has(key(listener))),
    close: before.filter(listener => !has.has(key(listener))).map(({ listen }) => listen),
  }
}

/** All listeners of a configuration, in the order of the text. */
export function listeners({ servers }: RelayConfig): readonly Listener[] {
  return servers.flatMap(server => server.listens.map(listen => ({ listen, server })))
}

function key({ listen: { address, port } }: Listener): string {
  return `${address} ${port}`
}
