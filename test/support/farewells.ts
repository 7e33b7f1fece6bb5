/** Clients in every state that are told to connect again, and when they were. */
import assert from 'node:assert/strict'
import { courses, pop3Login, type Visit } from './sessions-in-all-states.ts'

/** Why: the relay leaves, the listener is gone, the endpoint leaves. */
export type Cause = 'relay' | 'listener' | 'endpoint'

/**
 * Finishes what a visit began when `later` is over, and hears all that belongs to it, the relay's
 * farewell, and its end. When it was told, if it only waited for that.
 */
export async function untilTold(
  { state, client, hello }: Visit,
  cause: Cause,
  later: () => Promise<unknown>,
): Promise<number | undefined> {
  const { ends, hears, farewell } = courses[state]
  // Which way it goes is only known once it has logged in.
  const logsIn = cause === 'endpoint' && (state === 'before' || hello !== undefined)
  const waits = ends === undefined && !hello && !logsIn
  if (!waits) await later()
  if (ends !== undefined) client.say(ends)
  const on = hello ? await hello.finish() : client
  if (on !== client) assert.match(await on.line(), /^\+OK /)
  for (const [says, hears] of logsIn ? pop3Login.slice(0, 2) : [])
    assert.equal(await on.ask(says), hears, state)
  const last = logsIn ? [] : on === client ? farewell : courses.before.farewell
  const heard = await on.lines(hears.length + last.length)
  const told = performance.now()
  assert.deepEqual([...heard, await on.line()], [...hears, ...last, 'END'], state)
  on.end()
  client.end()
  return waits ? told : undefined
}

/** That as many were told in each eighth of `within` ms. */
export function assertEven(told: readonly number[], within: number): void {
  const parts = new Array<number>(8).fill(0)
  for (const at of told) {
    const part = Math.min(7, Math.floor((at / within) * 8))
    parts[part] = (parts[part] ?? 0) + 1
  }
  const fair = told.length / 8
  for (const part of parts) assert.ok(part > fair / 2 && part < fair * 1.6, `${parts}`)
}
