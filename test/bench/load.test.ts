import assert from 'node:assert/strict'
import { test } from 'node:test'
import { incomplete, type Load, type Outcome } from '../../bench/load.ts'

const mebibyte = 2 ** 20
const whole: Outcome = {
  ...{ done: 2, failed: 0, resumed: 0, received: 0, sent: 0, seconds: 1, idle: 0 },
  ...{ p50: 0, p99: 0, p999: 0, worst: 0, fault: '' },
}

const outcomes: readonly [string, Partial<Load>, Partial<Outcome>, RegExp | undefined][] = [
  ['all sessions and octets', { kind: 'down' }, { received: 6 * mebibyte }, undefined],
  ['a failed session', {}, { done: 1, failed: 1, fault: 'after LOGIN: a1 NO' }, /a1 NO/],
  ['a session that never ended', {}, { done: 1 }, /1 of 2 sessions/],
  [
    'an octet that did not arrive',
    { kind: 'down' },
    { received: 6 * mebibyte - 1 },
    /octets arrived/,
  ],
  ['an octet that was not sent', { kind: 'up' }, { sent: 6 * mebibyte - 1 }, /octets were sent/],
  ['whole messages', { kind: 'send', size: 100 }, { sent: 600 }, undefined],
  ['a message cut short', { kind: 'send', size: 100 }, { sent: 599 }, /599 of 600 octets/],
  ['all sessions resumed', { handshake: 'resumed' }, { resumed: 2 }, undefined],
  ['a full handshake among those resumed', { handshake: 'resumed' }, { resumed: 1 }, /1 of 2 TLS/],
  ['few resumed where any will do', { handshake: 'any' }, { resumed: 1 }, undefined],
]

for (const [title, asked, found, fault] of outcomes) {
  test(`a measurement with ${title} ${fault ? 'does not count' : 'counts'}`, () => {
    const load: Load = { kind: 'sessions', count: 2, atOnce: 2, repeat: 3, ...asked }
    const said = incomplete(load, { ...whole, ...found })
    if (fault) assert.match(said ?? '', fault)
    else assert.equal(said, undefined)
  })
}
