import assert from 'node:assert/strict'
import { test } from 'node:test'
import { incomplete } from '../../bench/measure.ts'
import type { Load } from '../../bench/rows.ts'

const mebibyte = 2 ** 20
const whole = { done: 2, failed: 0, received: 0, sent: 0, seconds: 1, idle: 0, fault: '' }

const outcomes: readonly [string, Load['kind'], Partial<typeof whole>, RegExp | undefined][] = [
  ['all sessions and octets', 'down', { received: 6 * mebibyte }, undefined],
  ['a failed session', 'sessions', { done: 1, failed: 1, fault: 'at LOGIN: a1 NO' }, /a1 NO/],
  ['a session that never ended', 'sessions', { done: 1 }, /1 of 2 sessions/],
  ['an octet that did not arrive', 'down', { received: 6 * mebibyte - 1 }, /octets arrived/],
  ['an octet that was not sent', 'up', { sent: 6 * mebibyte - 1 }, /octets were sent/],
]

for (const [title, kind, found, fault] of outcomes) {
  test(`a measurement with ${title} ${fault ? 'does not count' : 'counts'}`, () => {
    const load = { kind, count: 2, atOnce: 2, repeat: 3 }
    const said = incomplete(load, { ...whole, ...found })
    if (fault) assert.match(said ?? '', fault)
    else assert.equal(said, undefined)
  })
}
