import type { ListenerAnswer } from '../handoff/answer.ts'
import type { BackendFacts } from './backends.ts'
import type { Relay } from './relay.ts'

/** What `GET /state` says: the leader of all controllers asks every pod for it. */
export interface State {
  /** The sha256 of the text that runs; absent while it came from a file. */
  readonly generation?: string
  readonly ready: boolean
  readonly sessions: number
  readonly listeners: readonly ListenerAnswer[]
  readonly backends: Readonly<Record<string, BackendFacts & { readonly sessions: number }>>
}

export function state(relay: Relay, generation: string | undefined, ready: boolean): State {
  return {
    ...(generation === undefined ? {} : { generation }),
    ready,
    sessions: relay.shared.sessions.size,
    listeners: relay.applied,
    backends: Object.fromEntries(relay.shared.backends),
  }
}
