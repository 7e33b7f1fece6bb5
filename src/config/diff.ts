import { type Binding, bindings, socketKey } from './binding.ts'
import type { Listen, RelayConfig } from './config.ts'

/** What to do with the sockets so that a new configuration takes an old one's place. */
export interface Diff {
  readonly open: readonly Binding[]
  /** Stays open, and serves what is given here from now on. */
  readonly keep: readonly Binding[]
  readonly close: readonly Listen[]
}

/**
 * `before`: what is bound now, whatever it was bound for. A socket is its address and port; all else
 * of it changes in place, the listeners that share it among them.
 */
export function diff(before: readonly Listen[], wanted: RelayConfig): Diff {
  const after = bindings(wanted)
  const had = new Set(before.map(socketKey))
  const has = new Set(after.map(({ listen }) => socketKey(listen)))
  return {
    open: after.filter(({ listen }) => !had.has(socketKey(listen))),
    keep: after.filter(({ listen }) => had.has(socketKey(listen))),
    close: before.filter(listen => !has.has(socketKey(listen))),
  }
}
