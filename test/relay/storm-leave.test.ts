/** A relay that leaves with many sessions, in every state that there is. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { assertEven, untilTold } from '../support/farewells.ts'
import { arrivals, nothingLost, siteOfAllStates } from '../support/sessions-in-all-states.ts'

const each = 250
/** ms that the relay has, and the share of it over which clients are told. */
const window = 8_000
const telling = 0.8

it('2,000 sessions in all states lose no mail and no deletion, and are told one after the other', async t => {
  const { here, backends } = await siteOfAllStates(t)
  const visits = await arrivals(here, each)
  const began = performance.now()
  const later = () => pause(Math.random() * window * 0.9)
  const followed = Promise.all(
    visits.map(async visit =>
      // Half of a handshake hears nothing until the end.
      visit.hello
        ? assert.equal(await visit.client.line(), 'END')
        : untilTold(visit, 'relay', later),
    ),
  )
  await here.leave(window)
  const told = (await followed).flatMap(at => (at === undefined ? [] : [at - began]))

  nothingLost(backends, each)
  assert.equal(told.length, 3 * each)
  assertEven(told, window * telling)
})
