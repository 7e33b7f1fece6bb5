/** A relay that leaves with many sessions, in every state that there is. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import {
  arrivals,
  courses,
  nothingLost,
  siteOfAllStates,
  type Visit,
} from '../support/sessions-in-all-states.ts'

const each = 250
/** ms that the relay has, and the share of it over which clients are told. */
const window = 8_000
const telling = 0.8

it('2,000 sessions in all states lose no mail and no deletion, and are told one after the other', async t => {
  const { here, backends } = await siteOfAllStates(t)
  const visits = await arrivals(here, each)
  const began = performance.now()
  const told: number[] = []
  const follow = async ({ state, client }: Visit) => {
    const { ends, hears, farewell } = courses[state]
    if (ends !== undefined) {
      await pause(Math.random() * window * 0.9)
      client.say(ends)
    }
    const heard = await client.lines(hears.length + farewell.length)
    if (ends === undefined && heard.length > 0) told.push(performance.now() - began)
    const last = await client.line()
    assert.deepEqual([...heard, last], [...hears, ...farewell, 'END'], state)
    client.end()
  }
  const followed = Promise.all(visits.map(follow))
  await here.leave(window)
  await followed

  nothingLost(backends, each)
  // Those that are told when their turn comes: as many in each eighth of the time.
  const parts = new Array<number>(8).fill(0)
  for (const at of told) {
    const part = Math.min(7, Math.floor((at / (window * telling)) * 8))
    parts[part] = (parts[part] ?? 0) + 1
  }
  const fair = told.length / 8
  for (const part of parts) assert.ok(part > fair / 2 && part < fair * 1.6, `${parts}`)
})
