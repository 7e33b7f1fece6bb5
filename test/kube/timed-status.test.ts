import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Condition } from '../../src/api/conditions.ts'
import { patch, type Wanted } from '../../src/kube/timed-status.ts'
import { transitions } from '../../src/kube/transitions.ts'

const condition = (more: Partial<Condition> = {}): Condition => ({
  type: 'Accepted',
  status: 'True',
  reason: 'Accepted',
  message: 'taken',
  observedGeneration: 2,
  ...more,
})
const wanted = (one = condition()): Wanted => ({
  conditions: [one],
  listeners: [{ name: 'imap', conditions: [one] }],
  addresses: [{ type: 'IPAddress', value: '192.0.2.1' }],
})
const [then, now] = ['2026-01-01T00:00:00Z', '2026-02-02T00:00:00Z']

/** What the API server would hold after `patch`. */
const held = (one = condition()) => patch(undefined, wanted(one), then)
const foreign = { type: 'example.com/Other', status: 'False', observedGeneration: 99 }

test('a status that already is as wanted is not written', () => {
  assert.equal(patch(held(), wanted(), now), undefined)
})

test('conditions of others neither count nor are touched', () => {
  const status = { ...held(), conditions: [foreign, ...(held()?.conditions ?? [])] }
  assert.equal(patch(status, wanted(), now), undefined)
  const changed = patch(status, wanted(condition({ message: 'new' })), now)
  assert.deepEqual(
    changed?.conditions.map(({ type }) => type),
    ['Accepted'],
  )
})

const rows: readonly (readonly [why: string, one: Condition, time: string])[] = [
  ['a new message', condition({ message: 'otherwise' }), then],
  ['a new reason', condition({ reason: 'PartiallyInvalid' }), then],
  ['a new generation', condition({ observedGeneration: 3 }), then],
  ['a status that turned', condition({ status: 'False' }), now],
]
for (const [why, one, time] of rows)
  test(`${why} is written, with the time of the last turn`, () => {
    const status = patch(held(), wanted(one), now)
    assert.deepEqual(status?.conditions, [{ ...one, lastTransitionTime: time }])
    assert.deepEqual(status?.listeners?.[0]?.conditions, status?.conditions)
  })

const different: readonly (readonly [why: string, wanted: Wanted])[] = [
  ['a listener that is gone', { ...wanted(), listeners: [] }],
  ['a listener that is new', { ...wanted(), listeners: [{ name: 'pop3', conditions: [] }] }],
  ['another address', { ...wanted(), addresses: [] }],
]
for (const [why, one] of different)
  test(`${why} is written`, () => {
    assert.notEqual(patch(held(), one, now), undefined)
  })

test('whoever saw a newer generation is not overwritten', () => {
  const newer = held(condition({ observedGeneration: 5 }))
  assert.equal(patch(newer, wanted(condition({ message: 'old' })), now), undefined)
})

test('whatever stands in status, a whole one is wanted', () => {
  for (const status of [undefined, null, 'x', [], { conditions: 'x' }, { listeners: [1, null] }])
    assert.notEqual(patch(status, wanted(), now), undefined)
})

const turns: readonly (readonly [why: string, before: unknown, one: Condition, told: unknown])[] = [
  ['taken at first', undefined, condition(), ['Normal Accepted']],
  ['still the same', held(), condition(), []],
  ['another message alone', held(), condition({ message: 'x' }), []],
  ['refused', held(), condition({ status: 'False', reason: 'Conflicted' }), ['Warning Conflicted']],
  [
    'taken in part',
    held(),
    condition({ reason: 'PartiallyInvalid' }),
    ['Warning PartiallyInvalid'],
  ],
  ['unknown', held(), condition({ status: 'Unknown', reason: 'Pending' }), []],
  [
    'nothing missing from the first',
    undefined,
    condition({ type: 'ResolvedRefs', reason: 'ResolvedRefs' }),
    [],
  ],
]
for (const [why, before, one, told] of turns)
  test(`an object that is ${why} has ${JSON.stringify(told)} as Events`, () => {
    const found = transitions(before, [one]).map(({ type, reason }) => `${type} ${reason}`)
    assert.deepEqual(found, told)
  })
