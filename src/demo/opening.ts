import { setTimeout as delay } from 'node:timers/promises'
import { listeners } from './endpoints.ts'
import type { Settings } from './settings.ts'

/** How long the two programs may take until everything listens, and how often we look. */
const patience = 20_000
const period = 50

/** Waits until both programs are ready and every listener is open; gives the ports that are not. */
export async function opening(settings: Settings, signal: AbortSignal): Promise<readonly number[]> {
  const until = Date.now() + patience
  for (;;) {
    const missing = await notOpen(settings)
    if (missing.length === 0 || Date.now() > until || signal.aborted) return missing
    await delay(period)
  }
}

async function notOpen({ portOffset, relayHttp, controllerHttp }: Settings) {
  const ports = listeners.map(({ port }) => port + portOffset)
  const ready = await page(controllerHttp, '/readyz')
  const open = ready === undefined ? undefined : openPorts(await page(relayHttp, '/state'))
  return ports.filter(port => !open?.has(port))
}

/** The text of a page that was answered with 200. */
async function page(port: number, path: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      signal: AbortSignal.timeout(patience),
    })
    const text = await answer.text()
    return answer.ok ? text : undefined
  } catch {
    // It does not listen yet.
    return undefined
  }
}

/** The ports of the listeners that the relay's state says are open; `undefined`: there is no state. */
function openPorts(state: string | undefined): ReadonlySet<number> | undefined {
  if (state === undefined) return undefined
  const read: unknown = JSON.parse(state)
  const found = member(read, 'ready') === true ? member(read, 'listeners') : undefined
  if (!Array.isArray(found)) return undefined
  const open = found.filter(one => member(one, 'outcome') !== 'failed')
  return new Set(open.map(one => Number(member(one, 'port'))))
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.entries(value).find(([key]) => key === name)?.[1]
}
