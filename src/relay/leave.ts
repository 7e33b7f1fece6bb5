import type { Relay } from './relay.ts'

/**
 * Leaving: accept no more, and tell one session after the other that it had better connect again;
 * what is left at the end of the time is cut off. Resolves when no session is open, after `within` ms
 * at the latest.
 */
export async function leave(relay: Relay, within: number): Promise<void> {
  const { sessions, metrics, wheel, log } = relay.shared
  metrics.gauge('draining', {}).value = 1
  log.notice('leaving', { sessions: sessions.size, within })
  await relay.stopAccepting()
  const gone = sessions.none()
  if (within > 0) {
    relay.farewells.tellAll(within)
    const end = wheel.sleep(within)
    await Promise.race([gone, end.over])
    end.wake()
  }
  if (sessions.size > 0) log.notice('ending what is left', { sessions: sessions.size })
  sessions.destroy()
  await gone
}
