import type { ServerSettings } from '../config/config.ts'
import type { Log } from '../observe/log.ts'
import type { relayMetrics } from '../observe/metric-table.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Sockets } from '../wire/sockets.ts'
import type { Wheel } from '../wire/wheel.ts'
import type { Backends } from './backends.ts'
import type { Descriptors } from './descriptors.ts'
import type { Limits } from './limits.ts'
import type { Resolvers } from './resolvers.ts'
import type { Sessions } from './sessions.ts'

export type RelayMetrics = Metrics<typeof relayMetrics>

/** What all sessions of a process share. */
export interface Shared {
  readonly wheel: Wheel
  readonly sockets: Sockets
  readonly backends: Backends
  readonly resolvers: Resolvers
  readonly metrics: RelayMetrics
  log: Log
  /** The log of a server block that has one of its own. */
  logOf(server: ServerSettings): Log
  readonly sessions: Sessions
  readonly limits: Limits
  readonly descriptors: Descriptors
  /**
   * Makes a session's id: unlike any other of this and, most likely, of every other process. It is
   * of letters, digits, `-` and `/`, and so can stand between quotes as it is.
   */
  readonly newId: () => string
}
