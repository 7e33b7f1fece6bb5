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

/**
 * That they were told at an even pace: never was the count a fifth of them ahead of the time that had
 * passed of `within` ms, nor behind it. A machine that stands still for a moment makes neighbouring
 * moments uneven, and not the pace.
 */
export function assertEven(told: readonly number[], within: number): void {
  const off = told
    .toSorted((a, b) => a - b)
    .map((at, index) => (index + 1) / told.length - Math.min(1, at / within))
  const [least, most] = [Math.min(...off), Math.max(...off)]
  assert.ok(least > -0.2 && most < 0.2, `from ${least.toFixed(2)} to ${most.toFixed(2)} of them`)
}
