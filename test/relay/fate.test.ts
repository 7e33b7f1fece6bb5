/** Whom a new text tells to connect again. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { atOnce, bye, guest, on, type Place, to } from '../support/guest.ts'

const rows: readonly (readonly [name: string, told: boolean, text: (place: Place) => string])[] = [
  ['its listener is gone', true, ({ own }) => `${to(own)} ${on('{other}')}`],
  ['no listener is left', true, ({ own }) => to(own)],
  ['another listener comes', false, ({ own }) => `${to(own)} ${on('{front}')} ${on('{other}')}`],
  [
    'its listener has other settings',
    false,
    ({ own }) => `${to(own)} ${on('{front}', 'timeout 9s;')}`,
  ],
  [
    'its listener stands in another server',
    false,
    ({ own }) => `${to(own)} ${on('{other}')} ${on('{front}', 'timeout 9s;')}`,
  ],
  [
    'its listener leads elsewhere',
    false,
    ({ own, other }) =>
      `${to(own)} upstream new { ${other}; } ${on('{front}').replace('pass mail', 'pass new')}`,
  ],
  [
    'its address is one of all that are bound now',
    false,
    ({ own, port }) => `${to(own)} ${on(`*:${port}`)}`,
  ],
  [
    'its endpoint leaves',
    true,
    ({ own, other }) => `${to(`${own} draining; ${other}`)} ${on('{front}')}`,
  ],
  [
    'its endpoint leaves and a backup is there',
    true,
    ({ own, other }) => `${to(`${own} draining; ${other} backup`)} ${on('{front}')}`,
  ],
  [
    'its endpoint leaves and is down',
    true,
    ({ own, other }) => `${to(`${own} draining down; ${other}`)} ${on('{front}')}`,
  ],
  [
    'its endpoint leaves and stands there again',
    false,
    ({ own, other }) => `${to(`${own} draining; ${own}; ${other}`)} ${on('{front}')}`,
  ],
  [
    'its endpoint leaves and is the only one',
    false,
    ({ own }) => `${to(`${own} draining`)} ${on('{front}')}`,
  ],
  [
    'its endpoint leaves and the others, too',
    false,
    ({ own, other }) => `${to(`${own} draining; ${other} draining`)} ${on('{front}')}`,
  ],
  [
    'its endpoint leaves and is down, and the others leave',
    false,
    ({ own, other }) => `${to(`${own} draining down; ${other} draining`)} ${on('{front}')}`,
  ],
  [
    'its endpoint leaves and the others are down',
    false,
    ({ own, other }) => `${to(`${own} draining; ${other} down`)} ${on('{front}')}`,
  ],
  [
    'another endpoint leaves',
    false,
    ({ own, other }) => `${to(`${own}; ${other} draining`)} ${on('{front}')}`,
  ],
  [
    'its endpoint leaves another upstream',
    false,
    ({ own, other }) => `${to(own)} upstream more { ${own} draining; ${other}; } ${on('{front}')}`,
  ],
  ['its endpoint is gone from the list', false, ({ other }) => `${to(other)} ${on('{front}')}`],
  [
    'its endpoint is down',
    false,
    ({ own, other }) => `${to(`${own} down; ${other}`)} ${on('{front}')}`,
  ],
]

describe('a session', () => {
  for (const [name, told, text] of rows)
    it(`is ${told ? 'told' : 'left alone'} when ${name}`, async t => {
      const { here, client, place } = await guest(t)
      await here.apply(text(place), atOnce)
      if (told) {
        assert.deepEqual(await client.lines(2), [bye, 'END'])
        assert.equal((await here.ended())['ended'], 'leaving')
      } else assert.equal(await client.ask('b NOOP'), 'b NOOP')
    })
})
