import type { Relay } from './relay.ts'

/**
 * Leaving: accept no more, and tell one session after the other, in random order, that it had better
 * connect again, as soon as nothing of it is under way. They are spread over the time that there is,
 * so that no storm of reconnects follows; what is left at its end is cut off.
 */

/** Milliseconds between two looks at who is due. */
const look = 100
/** Milliseconds from one session to the next, if there is time enough: few sessions are soon done. */
const longestGap = 250
/** The share of the time over which sessions are told; the rest is for those that were busy. */
const telling = 0.8

/** Resolves when no session is open, after `within` ms at the latest. */
export async function leave(
  relay: Relay,
  within: number,
  random: () => number = Math.random,
): Promise<void> {
  const { sessions, metrics, wheel, log } = relay.shared
  metrics.gauge('draining', {}).value = 1
  log.notice('leaving', { sessions: sessions.size, within })
  await relay.stopAccepting()
  const began = performance.now()
  const passed = () => performance.now() - began
  const due = schedule([...sessions], within, random)
  const gone = sessions.none()
  while (sessions.size > 0 && passed() < within) {
    for (const [session, at] of due) {
      if (passed() >= at && session.leave()) due.delete(session)
    }
    const pause = wheel.sleep(Math.min(look, within - passed()))
    await Promise.race([gone, pause.over])
    pause.wake()
  }
  if (sessions.size > 0) log.notice('ending what is left', { sessions: sessions.size })
  sessions.destroy()
  await gone
}

/** When each session is told, in ms from now. */
export function schedule<T>(
  sessions: readonly T[],
  within: number,
  random: () => number,
): Map<T, number> {
  const gap = Math.min(longestGap, (within * telling) / Math.max(1, sessions.length))
  const order = sessions
    .map(session => ({ session, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
  return new Map(order.map(({ session }, at) => [session, at * gap]))
}
