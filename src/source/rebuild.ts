import type { Clock } from './clock.ts'

/** A storm is over when nothing changed for so long. */
const pause = 100
/** The oldest change never waits longer, whatever comes after it. */
const longest = 500

export interface Rebuild {
  /** Something changed that matters. */
  touch(): void
  /** The source was read whole: from here on, and not before, rebuilds run. */
  sync(): void
  close(): void
}

/**
 * Coalesces changes into rebuilds. The first change after a quiet time is rebuilt at once (with all
 * that comes in the same turn of the event loop), later ones after a pause, in one go.
 */
export function createRebuild(run: () => void, clock: Clock): Rebuild {
  let synced = false
  let closed = false
  /** When the oldest change came that no rebuild has seen. */
  let waiting: number | undefined
  /** Whether it came so soon after a rebuild that more are to be expected. */
  let storm = false
  let quietAt = Number.NEGATIVE_INFINITY
  let cancel = (): void => {}

  function schedule(): void {
    if (!synced || closed || waiting === undefined) return
    const now = clock.now()
    const due = storm ? Math.min(now + pause, waiting + longest) : now
    cancel()
    cancel = clock.after(Math.max(0, due - now), rebuild)
  }

  function rebuild(): void {
    waiting = undefined
    run()
    quietAt = clock.now() + pause
  }

  return {
    touch() {
      const first = waiting === undefined
      if (first) {
        waiting = clock.now()
        storm = waiting < quietAt
      }
      if (first || storm) schedule()
    },
    sync() {
      if (synced) return
      synced = true
      // Even a source without objects makes a text: the relay is ready when it has one.
      waiting ??= clock.now()
      schedule()
    },
    close() {
      closed = true
      cancel()
    },
  }
}
