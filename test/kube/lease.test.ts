import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Call, Reply } from '../../src/kube/client.ts'
import { Lease } from '../../src/kube/lease.ts'
import { fields } from '../../src/source/fields.ts'
import { StillClock } from '../source/still-clock.ts'
import { ok, refusal, ScriptedApi, settled } from './scripted-api.ts'

interface Spec {
  readonly holderIdentity: string
  readonly leaseDurationSeconds: number
  readonly leaseTransitions: number
  readonly renewTime: string
}

/** A Lease as an API server keeps it: a write with an old version is refused. */
class Stored {
  spec: Spec | undefined
  version = 0
  answer = ({ verb, body }: Call): Reply => {
    if (verb === 'get') return this.spec ? this.#reply() : refusal(404)
    const given = fields(body)
    const version = fields(given?.get('metadata'))?.get('resourceVersion')
    if (verb === 'create' ? this.spec !== undefined : version !== String(this.version))
      return refusal(409)
    this.write(specOf(given?.get('spec')))
    return this.#reply()
  }
  write(spec: Spec): void {
    this.spec = spec
    this.version++
  }
  #reply(): Reply {
    return ok({ metadata: { resourceVersion: String(this.version) }, spec: this.spec })
  }
}

function specOf(value: unknown): Spec {
  const found = fields(value)
  return {
    holderIdentity: String(found?.get('holderIdentity')),
    leaseDurationSeconds: Number(found?.get('leaseDurationSeconds')),
    leaseTransitions: Number(found?.get('leaseTransitions')),
    renewTime: String(found?.get('renewTime')),
  }
}

function candidate(identity: string, stored: Stored, clock: StillClock) {
  const api = new ScriptedApi()
  api.answer = stored.answer
  const turns: boolean[] = []
  const lease = new Lease({
    client: api,
    clock,
    random: () => 0,
    namespace: 'mail',
    name: 'postern',
    identity,
    turned: leads => turns.push(leads),
  })
  return { api, lease, turns }
}

/** Time passes in steps that let every request be answered. */
async function pass(clock: StillClock, time: number): Promise<void> {
  for (let left = time; left > 0; left -= 500) {
    clock.pass(Math.min(left, 500))
    await settled()
  }
}

const foreign = (renewTime: string): Spec => ({
  holderIdentity: 'other',
  leaseDurationSeconds: 15,
  leaseTransitions: 3,
  renewTime,
})

test('who finds no Lease makes it, and renews it every two seconds', async () => {
  const [stored, clock] = [new Stored(), new StillClock()]
  const { lease, turns, api } = candidate('a', stored, clock)
  lease.start()
  await settled()
  assert.deepEqual([turns, lease.leads(), stored.spec?.holderIdentity], [[true], true, 'a'])
  assert.match(stored.spec?.renewTime ?? '', /^\d{4}-.*\.\d{6}Z$/)
  await pass(clock, 10_000)
  assert.equal(stored.version, 6)
  assert.ok(api.calls.every(({ purpose, deadline }) => purpose === 'lease' && deadline === 5_000))
  await lease.close()
})

test('a Lease is taken over 15 s after it was seen to change last, whatever its times say', async () => {
  const [stored, clock] = [new Stored(), new StillClock()]
  stored.write(foreign('1999-01-01T00:00:00.000000Z'))
  const { lease, turns } = candidate('a', stored, clock)
  lease.start()
  await pass(clock, 14_000)
  stored.write(foreign('1999-01-01T00:00:02.000000Z'))
  await pass(clock, 14_500)
  assert.deepEqual(turns, [])
  await pass(clock, 3_000)
  assert.deepEqual(
    [turns, stored.spec?.holderIdentity, stored.spec?.leaseTransitions],
    [[true], 'a', 4],
  )
  await lease.close()
})

test('of two that begin together one leads', async () => {
  const [stored, clock] = [new Stored(), new StillClock()]
  const [a, b] = [candidate('a', stored, clock), candidate('b', stored, clock)]
  a.lease.start()
  b.lease.start()
  for (let second = 0; second < 60; second++) {
    await pass(clock, 1_000)
    assert.equal([a, b].filter(({ lease }) => lease.leads()).length, 1)
  }
  await a.lease.close()
  await b.lease.close()
})

test('who cannot renew leads no more after ten seconds, before anyone else can', async () => {
  const [stored, clock] = [new Stored(), new StillClock()]
  const [a, b] = [candidate('a', stored, clock), candidate('b', stored, clock)]
  a.lease.start()
  await settled()
  b.lease.start()
  await pass(clock, 4_000)
  a.api.answer = () => ({ kind: 'lost', reason: 'planted' })
  for (let half = 0; half < 60; half++) {
    await pass(clock, 500)
    assert.ok(!(a.lease.leads() && b.lease.leads()))
  }
  assert.deepEqual([a.turns, b.turns], [[true, false], [true]])
  await a.lease.close()
  await b.lease.close()
})

test('a renewal counts from when it was asked for, however late it is answered', async () => {
  const [stored, clock] = [new Stored(), new StillClock()]
  const { lease, api } = candidate('a', stored, clock)
  lease.start()
  await settled()
  const late = Promise.withResolvers<void>()
  api.answer = async call => {
    await late.promise
    return stored.answer(call)
  }
  await pass(clock, 9_000)
  late.resolve()
  await settled()
  assert.ok(lease.leads())
  clock.pass(3_000)
  assert.ok(!lease.leads())
})

test('who stood still for too long does not lead when it wakes, though nobody told it so', async () => {
  const [stored, clock] = [new Stored(), new StillClock()]
  const { lease, api } = candidate('a', stored, clock)
  lease.start()
  await settled()
  api.answer = () => new Promise(() => {})
  assert.ok(lease.leads())
  clock.pass(10_000)
  assert.ok(!lease.leads())
})

test('who leaves gives the Lease back, and the next one need not wait', async () => {
  const [stored, clock] = [new Stored(), new StillClock()]
  const [a, b] = [candidate('a', stored, clock), candidate('b', stored, clock)]
  a.lease.start()
  await settled()
  b.lease.start()
  await pass(clock, 1_000)
  await a.lease.close()
  assert.deepEqual([stored.spec?.holderIdentity, stored.spec?.leaseDurationSeconds], ['', 1])
  assert.deepEqual(a.turns, [true, false])
  await pass(clock, 2_500)
  assert.ok(b.lease.leads())
  await b.lease.close()
})
