/** A configuration that takes endpoints and listeners away, under many sessions in every state. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { MailClient } from '../support/mail-client.ts'
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
type Backends = ReadonlyMap<State, ScriptedBackend>

it('2,000 sessions in all states go on, and lose nothing, while their endpoint leaves, is gone, and their listener with it', async t => {
  const { here, backends: old, text } = await siteOfAllStates(t)
  const visits = await arrivals(here, each)
  const before = connections(old)
  const fresh = await backendsOfAllStates(t)
  const at = (backends: Backends, state: State) => `server 127.0.0.1:${backends.get(state)?.port}`
  const third = visits.length / 3

  await here.apply(text(state => `${at(old, state)} draining; ${at(fresh, state)};`))
  await newcomers(here.port('before'))
  await Promise.all(visits.slice(0, third).map(carryOn))

  await here.apply(text(state => `${at(fresh, state)};`))
  await newcomers(here.port('before'))
  await Promise.all(visits.slice(third, 2 * third).map(carryOn))

  await here.apply(text(() => '', []))
  for (const state of states) assert.equal(await isOpen(here.port(state)), false)
  await Promise.all(visits.slice(2 * third).map(carryOn))

  nothingLost(old, each)
  // Whoever comes is served elsewhere; who was there keeps the text that the session began with.
  assert.equal(fresh.get('before')?.connections(), 2 * newcomersAtOnce)
  for (const state of ['before', 'handshake'] as const) before.set(state, each)
  assert.deepEqual(connections(old), before)
  await here.relay.shared.sessions.none()
})

const connections = (backends: Backends) =>
  new Map([...backends].map(([state, { connections }]) => [state, connections()]))

const newcomersAtOnce = 20

async function newcomers(port: number): Promise<void> {
  for (let i = 0; i < newcomersAtOnce; i++) {
    const client = await MailClient.open(port)
    await client.line()
    await client.ask('USER a')
    assert.equal(await client.ask('PASS b'), '+OK in')
    client.close()
  }
}
