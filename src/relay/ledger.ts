import { performance } from 'node:perf_hooks'
import type { Endpoint } from './backends.ts'
import { type Ended, printed, type Record } from './record.ts'
import type { Runtime } from './runtime.ts'
import type { Shared } from './shared.ts'

/** How a session ended and what it carried. */
export interface End {
  readonly ended: Ended
  readonly up: number
  readonly down: number
  /** Where it was relayed to, if it was. */
  readonly endpoint: Endpoint | undefined
}

/** Counts a session that has ended, and writes its one record. */
export function settle(record: Record, end: End, runtime: Runtime, shared: Shared): void {
  const { settings, tallies } = runtime
  if (end.endpoint) {
    shared.backends.closed(end.endpoint)
    tallies.active().value--
    tallies.up().value += end.up
    tallies.down().value += end.down
  }
  const ms = performance.now() - record.began
  tallies.lasted().observe(ms / 1000)
  const log = shared.logOf(settings)
  // Whoever connects and leaves without a word, as health checks do, is no session.
  const severity = isProbe(record, end) ? 'debug' : 'info'
  if (log.shows(severity)) log.printed(severity, 'session ended', printed(record, end, ms))
}

function isProbe({ commands, logins, failure }: Record, { ended }: End): boolean {
  return ended === 'client' && commands === 0 && logins === 0 && failure === undefined
}
