import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { median, shuffled, spread } from '../../bench/statistics.ts'

test('the median is the middle of an odd count and the mean of the middle two of an even one', () => {
  assert.equal(median([9, 1, 5]), 5)
  assert.equal(median([9, 1, 5, 6]), 5.5)
  assert.equal(median([3]), 3)
})

test('the spread is the distance of the extremes as a share of the median', () => {
  assert.equal(spread([9, 11, 10]), 0.2)
  assert.equal(spread([7]), 0)
})

test('a shuffle loses nothing and follows the random numbers', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), items => {
      assert.deepEqual(shuffled(items, Math.random).toSorted(), items.toSorted())
    }),
    { numRuns: 100 },
  )
  const numbers = [0.5, 0.1, 0.9]
  assert.deepEqual(
    shuffled(['a', 'b', 'c'], () => numbers.shift() ?? 0),
    ['b', 'a', 'c'],
  )
})
