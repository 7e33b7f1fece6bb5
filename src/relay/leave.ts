import type { Relay } from './relay.ts'

/**
 * Leaves: accepts no more, lets the sessions end by themselves for `within` ms, then ends those that
 * are left. Resolves when none is open.
 */
export async function leave(relay: Relay, within: number): Promise<void> {
  const { sessions, metrics, wheel, log } = relay.shared
  metrics.gauge('draining', {}).value = 1
  log.notice('leaving', { sessions: sessions.size, within })
  await relay.stopAccepting()
  const patience = wheel.sleep(within)
  await Promise.race([sessions.none(), patience.over])
  patience.wake()
  if (sessions.size > 0) log.notice('ending what is left', { sessions: sessions.size })
  sessions.destroy()
  await sessions.none()
}
