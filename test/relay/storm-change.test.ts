/** A configuration that takes endpoints and listeners away, under many sessions in every state. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { assertEven, untilTold } from '../support/farewells.ts'
import { loggedIn } from '../support/logged-in.ts'
import { isOpen } from '../support/ports.ts'
import type { ScriptedBackend } from '../support/scripted-backend.ts'
import {
  arrivals,
  backendsOfAllStates,
  carryOn,
  nothingLost,
  type State,
  siteOfAllStates,
  states,
} from '../support/sessions-in-all-states.ts'

const each = 250
/** ms over which a text lets its clients be told, and the share of it that is used. */
const window = 3_000
const telling = 0.8
const within = `worker_shutdown_timeout ${window}ms;`

type Backends = ReadonlyMap<State, ScriptedBackend>
const at = (backends: Backends, state: State) => `server 127.0.0.1:${backends.get(state)?.port}`

const connections = (backends: Backends) =>
  new Map([...backends].map(([state, { connections }]) => [state, connections()]))

const newcomersAtOnce = 20

async function newcomers(port: number): Promise<void> {
  for (let i = 0; i < newcomersAtOnce; i++) (await loggedIn(port)).close()
}

it('sessions in all states go on, and lose nothing, while their endpoint is gone from the list', async t => {
  const { here, backends: old, text } = await siteOfAllStates(t)
  const visits = await arrivals(here, 50)
  const before = connections(old)
  const fresh = await backendsOfAllStates(t)
  await here.apply(
    text(state => `${at(fresh, state)};`),
    'worker_shutdown_timeout 0;',
  )
  await newcomers(here.port('before'))
  await Promise.all(visits.map(carryOn))
  nothingLost(old, 50)
  // Whoever comes is served elsewhere; who was there keeps the text that the session began with.
  assert.equal(fresh.get('before')?.connections(), newcomersAtOnce)
  for (const state of ['before', 'handshake'] as const) before.set(state, 50)
  assert.deepEqual(connections(old), before)
})

describe('2,000 sessions in all states lose nothing, and are told one after the other', () => {
  for (const cause of ['listener', 'endpoint'] as const)
    it(`when their ${cause} leaves`, async t => {
      const { here, backends: old, text } = await siteOfAllStates(t)
      const visits = await arrivals(here, each)
      const fresh = await backendsOfAllStates(t)
      const later = () => pause(Math.random() * window * 1.2)
      const began = performance.now()
      const followed = Promise.all(visits.map(visit => untilTold(visit, cause, later)))
      if (cause === 'listener') {
        await here.apply(
          text(() => '', []),
          within,
        )
        for (const state of states) assert.equal(await isOpen(here.port(state)), false)
      } else {
        const leaving = (state: State) => `${at(old, state)} draining; ${at(fresh, state)};`
        await here.apply(text(leaving), within)
        await newcomers(here.port('before'))
        assert.equal(fresh.get('before')?.connections(), newcomersAtOnce)
      }
      const told = (await followed).flatMap(when => (when === undefined ? [] : [when - began]))
      nothingLost(old, each)
      assert.equal(told.length, (cause === 'listener' ? 3 : 2) * each)
      assertEven(told, window * telling)
      t.diagnostic(`first ${Math.min(...told)} last ${Math.max(...told)}`)
      await here.relay.shared.sessions.none()
    })
})
