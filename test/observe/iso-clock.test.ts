import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isoClock } from '../../src/observe/iso-clock.ts'

test('the time of a record is what Date.toISOString says, also where it is set back', () => {
  const near = fc.integer({ min: 1_790_000_000_000, max: 1_790_000_003_000 })
  const any = fc.integer({ min: 0, max: 253_402_300_799_999 })
  fc.assert(
    fc.property(fc.array(fc.oneof(near, any), { minLength: 1, maxLength: 30 }), times => {
      let now = 0
      const clock = isoClock(() => now)
      for (const time of times) {
        now = time
        assert.equal(clock(), new Date(time).toISOString())
      }
    }),
    { numRuns: 200 },
  )
})
