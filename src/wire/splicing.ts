import type { Relayed } from '../words/relayed.ts'
import type { Connection } from './connection.ts'
import type { Wheel } from './wheel.ts'

/** Who ended the relay phase first; `relay`: a tracker did. */
export type Ending = 'client' | 'backend' | 'timeout' | 'leaving' | 'relay'

export interface Splicing {
  readonly client: Connection
  readonly backend: Connection
  readonly wheel: Wheel
  /** The listener says itself how its clients are probed (`so_keepalive`). */
  readonly clientProbed?: boolean
  /** Octets that may wait to be written to one side before the other is no longer read (`proxy_buffer`). */
  readonly hold: number
  /** `proxy_timeout`, ms: silence of both sides after which the session ends. */
  readonly timeout: number
  /** What the client had sent ahead of the login's answer. */
  readonly ahead: Buffer
  /** What the backend had sent behind the login's answer. */
  readonly early?: Buffer
  /** What the protocol sees or decides of what flows. */
  readonly relayed?: Relayed | undefined
  /** Called once, when both connections are closed. */
  readonly ended: (ending: Ending) => void
}
