import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Facts } from '../../src/bin/facts.ts'

const place = '10.0.0.1:143'
const pod = (name: string, identity: string | undefined, secure?: boolean) => ({
  kind: 'said' as const,
  pod: name,
  generation: 'g',
  listeners: [],
  backends: new Map([[place, { identity, secure }]]),
})

test('where relays differ, what needs a hand counts', () => {
  const facts = new Facts()
  facts.learn([pod('a', 'believed', true), pod('b', 'refused', true), pod('c', 'ignored', false)])
  assert.deepEqual(facts.all.get(place), { identity: 'refused', secure: false })
})

test('a relay that was restarted, or is silent, takes nothing away', () => {
  const facts = new Facts()
  facts.learn([pod('a', 'ignored', false)])
  facts.learn([pod('a', undefined)])
  facts.learn([{ kind: 'silent', pod: 'a', reason: '' }])
  assert.deepEqual(facts.all.get(place), { identity: 'ignored', secure: false })
  facts.learn([pod('a', 'believed', true)])
  assert.deepEqual(facts.all.get(place), { identity: 'believed', secure: true })
})

test('as many backends are remembered as a relay remembers, the latest of them', () => {
  const facts = new Facts()
  const backends = new Map(
    Array.from(
      { length: 5_000 },
      (_, at) => [`b:${at}`, { identity: 'off', secure: true }] as const,
    ),
  )
  facts.learn([{ ...pod('a', 'off'), backends }])
  assert.equal(facts.all.size, 4_096)
  assert.ok(facts.all.has('b:4999'))
})
