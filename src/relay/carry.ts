import type { Listen } from '../config/config.ts'
import type { Attempt } from '../protocol/protocol.ts'
import { Splice } from '../wire/splice.ts'
import type { Ending } from '../wire/splicing.ts'
import type { Wire } from '../wire/wire.ts'
import type { Tracker } from '../words/relayed.ts'
import type { Record } from './record.ts'
import type { Runtime } from './runtime.ts'
import type { Shared } from './shared.ts'
import type { Verdict } from './verdict.ts'

/** A session whose login is done. */
export interface Carried {
  readonly verdict: Extract<Verdict, { kind: 'carried' }>
  readonly attempt: Attempt
  readonly client: Wire
  readonly record: Record
  readonly listen: Listen
  readonly runtime: Runtime
  readonly shared: Shared
  readonly ended: (ending: Ending) => void
}

/** Tells the client that it is logged in, and lets octets flow both ways from here on. */
export function carry(carried: Carried): Splice {
  const { verdict, attempt, record, listen, runtime, shared, ended } = carried
  const { backends, wheel } = shared
  record.stage = 'relay'
  record.failure = undefined
  record.reason = undefined
  const { connection: client, rest } = carried.client.detach()
  const { connection: backend, rest: early } = verdict.backend.detach()
  backends.opened(verdict.endpoint)
  runtime.tallies.active().value++
  client.write(verdict.reply)
  const relayed = runtime.protocol.relayed(attempt, verdict.facts)
  return new Splice({
    client,
    backend,
    wheel,
    clientProbed: listen.keepAlive !== undefined,
    hold: runtime.settings.proxy_buffer,
    timeout: runtime.settings.proxy_timeout,
    ahead: rest,
    early,
    relayed,
    ended: relayed.kind === 'tracker' ? noting(relayed, record, ended) : ended,
  })
}

/** Notes why `tracker` ended the session, if it did. */
function noting(
  tracker: Tracker,
  record: Record,
  ended: (ending: Ending) => void,
): (ending: Ending) => void {
  return ending => {
    if (tracker.over) {
      record.failure = 'protocol'
      record.reason = tracker.over
    }
    ended(ending)
  }
}
