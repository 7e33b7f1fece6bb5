import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listPace, wait } from '../../src/kube/backoff.ts'
import { Bucket } from '../../src/kube/bucket.ts'
import { StillClock } from '../source/still-clock.ts'

test('waits double from 0.8 s to 30 s, and are once to twice as long by chance', () => {
  const least = [0, 1, 2, 5, 6, 1_000].map(tries => wait(listPace, tries, () => 0))
  assert.deepEqual(least, [800, 1_600, 3_200, 25_600, 30_000, 30_000])
  assert.equal(
    wait(listPace, 1, () => 1),
    3_200,
  )
})

test('a bucket gives a burst, and then one after each pause', () => {
  const clock = new StillClock()
  const bucket = new Bucket({ burst: 2, every: 100 }, clock)
  assert.deepEqual([bucket.take(), bucket.take(), bucket.take()], [0, 0, 100])
  clock.pass(100)
  assert.deepEqual([bucket.take(), bucket.take()], [0, 100])
  clock.pass(10_000)
  assert.deepEqual([bucket.take(), bucket.take(), bucket.take()], [0, 0, 100])
})
