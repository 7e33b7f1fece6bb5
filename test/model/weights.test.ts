import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { weights } from '../../src/model/weights.ts'

type Group = { readonly weight: number; readonly count: number }

const rows: readonly (readonly [
  why: string,
  groups: readonly Group[],
  wanted: readonly number[],
])[] = [
  ['one Service needs no weights', [{ weight: 7, count: 3 }], [1]],
  [
    'a Service has its share however many endpoints it has',
    [
      { weight: 90, count: 3 },
      { weight: 10, count: 1 },
    ],
    [3, 1],
  ],
  [
    'halves of three and of two',
    [
      { weight: 1, count: 3 },
      { weight: 1, count: 2 },
    ],
    [2, 3],
  ],
  [
    'weight 0 gets nothing',
    [
      { weight: 0, count: 5 },
      { weight: 2, count: 1 },
    ],
    [0, 1],
  ],
  [
    'a Service without endpoints leaves its share to the others',
    [
      { weight: 9, count: 0 },
      { weight: 1, count: 2 },
    ],
    [0, 1],
  ],
  ['nothing at all', [], []],
]

for (const [why, groups, wanted] of rows) test(why, () => assert.deepEqual(weights(groups), wanted))

test('shares are kept within one in a hundred, in whole numbers that the directive takes', () => {
  const group = fc.record({
    weight: fc.integer({ min: 1, max: 1000 }),
    count: fc.integer({ min: 1, max: 200 }),
  })
  fc.assert(
    fc.property(fc.array(group, { minLength: 1, maxLength: 4 }), groups => {
      const found = weights(groups)
      const sum = groups.reduce((total, { count }, at) => total + count * (found[at] ?? 0), 0)
      const all = groups.reduce((total, { weight }) => total + weight, 0)
      for (const [at, { weight, count }] of groups.entries()) {
        const own = found[at] ?? 0
        assert.ok(Number.isInteger(own) && own >= 1 && own <= 1_000_000)
        const share = (own * count) / sum
        assert.ok(Math.abs(share - weight / all) < 0.01, `${share} for ${weight}/${all}`)
      }
    }),
    { numRuns: 200 },
  )
})
