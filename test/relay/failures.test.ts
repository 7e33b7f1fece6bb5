import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Failures } from '../../src/relay/failures.ts'

const rate = { most: 5, per: 50_000 }

function clocked(capacity?: number) {
  let now = 0
  const failures = new Failures(() => now, capacity)
  return {
    failures,
    pass: (ms: number) => {
      now += ms
    },
  }
}

describe('failed logins', () => {
  it('are refused unheard once there were too many', () => {
    const { failures } = clocked()
    for (let i = 0; i < 5; i++) {
      assert.equal(failures.refuses('a', rate), false)
      failures.failed('a', rate)
    }
    assert.equal(failures.refuses('a', rate), true)
    assert.equal(failures.refuses('b', rate), false)
  })

  it('leak away: one more try for each share of the time', () => {
    const { failures, pass } = clocked()
    for (let i = 0; i < 5; i++) failures.failed('a', rate)
    pass(9_000)
    assert.equal(failures.refuses('a', rate), true)
    pass(2_000)
    assert.equal(failures.refuses('a', rate), false)
    failures.failed('a', rate)
    assert.equal(failures.refuses('a', rate), true)
  })

  it('are answered ever later, up to a bound', () => {
    const { failures } = clocked()
    const many = { most: 100, per: 1e9 }
    const delays = Array.from({ length: 8 }, () => failures.failed('a', many))
    assert.deepEqual(delays, [0, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000])
  })

  it('are forgotten when a login succeeds', () => {
    const { failures } = clocked()
    for (let i = 0; i < 5; i++) failures.failed('a', rate)
    failures.forgive('a')
    assert.equal(failures.refuses('a', rate), false)
  })

  it('of ten million attackers take no more room than of a few thousand', () => {
    const { failures, pass } = clocked(1_000)
    for (let i = 0; i < 200_000; i++) {
      failures.failed(`network ${i}`, rate)
      pass(1)
      if (i % 100 === 0) failures.failed('persistent', rate)
      assert.ok(failures.size <= 1_000)
    }
    assert.equal(failures.refuses('persistent', rate), true)
  })

  it('of more attackers than are remembered cost no more time than of a few', () => {
    const { failures } = clocked()
    const cost = (from: number) => {
      const began = performance.now()
      for (let i = 0; i < 50_000; i++) failures.failed(`network ${from + i}`, rate)
      return performance.now() - began
    }
    const few = cost(0)
    cost(50_000)
    // Passing over the gaps of all that are forgotten took fifty times as long.
    assert.ok(cost(100_000) < few * 10 + 200)
  })
})
