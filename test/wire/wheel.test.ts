import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Deadline, Wheel } from '../../src/wire/wheel.ts'

/** A wheel whose time a test turns. */
function clock() {
  let now = 0
  const wheel = new Wheel(() => now)
  const pass = (ms: number, step = 50) => {
    for (const end = now + ms; now < end; ) {
      now = Math.min(end, now + step)
      wheel.turn()
    }
  }
  return { wheel, pass, at: () => now }
}

describe('the wheel', () => {
  it('calls a deadline when its time has come, never before', () => {
    const { wheel, pass, at } = clock()
    let called = 0
    wheel.arm(new Deadline(() => (called = at())), 1_000)
    pass(990)
    assert.equal(called, 0)
    pass(200)
    assert.ok(called >= 1_000 && called <= 1_100)
  })

  it('does not call one that was disarmed', () => {
    const { wheel, pass } = clock()
    const deadline = new Deadline(() => assert.fail('called'))
    wheel.arm(deadline, 100)
    wheel.disarm(deadline)
    pass(1_000)
  })

  it('calls one that was pushed back only at its last time', () => {
    const { wheel, pass, at } = clock()
    let called = 0
    const deadline = new Deadline(() => (called = at()))
    wheel.arm(deadline, 500)
    for (let i = 0; i < 20; i++) {
      pass(300)
      wheel.arm(deadline, 500)
    }
    assert.equal(called, 0)
    pass(700)
    assert.ok(called >= 6_500 && called <= 6_600)
  })

  it('calls one that was brought forward at its new time', () => {
    const { wheel, pass, at } = clock()
    let called = 0
    const deadline = new Deadline(() => (called = at()))
    wheel.arm(deadline, 60_000)
    wheel.arm(deadline, 200)
    pass(400)
    assert.ok(called >= 200 && called <= 300)
  })

  it('keeps a deadline that is far beyond one turn', () => {
    const { wheel, pass, at } = clock()
    let called = 0
    wheel.arm(new Deadline(() => (called = at())), 86_400_000)
    pass(86_399_000, 1_000)
    assert.equal(called, 0)
    pass(2_000)
    assert.ok(called >= 86_400_000)
  })

  it('calls all that became due while the process stood still', () => {
    const { wheel, pass } = clock()
    let called = 0
    for (let i = 1; i <= 50; i++) wheel.arm(new Deadline(() => called++), i * 1_000)
    pass(200_000, 200_000)
    assert.equal(called, 50)
    assert.equal(wheel.size, 0)
  })

  it('does not call one that another disarmed in the same moment', () => {
    const { wheel, pass } = clock()
    const called: string[] = []
    const second = new Deadline(() => called.push('second'))
    const first = new Deadline(() => {
      called.push('first')
      wheel.disarm(second)
    })
    // The list of a slot is walked from the one that came last.
    wheel.arm(second, 100)
    wheel.arm(first, 100)
    pass(300)
    assert.deepEqual(called, ['first'])
  })

  it('calls each armed deadline exactly once, whatever was done before', () => {
    const doing = fc.record({ which: fc.nat(4), after: fc.integer({ min: 1, max: 300_000 }) })
    fc.assert(
      fc.property(fc.array(doing, { maxLength: 30 }), doings => {
        const { wheel, pass, at } = clock()
        const calls = [0, 0, 0, 0, 0].map(() => [] as number[])
        const deadlines = calls.map(list => new Deadline(() => list.push(at())))
        const last = new Map<number, number>()
        for (const { which, after } of doings) {
          const deadline = deadlines[which]
          assert.ok(deadline)
          wheel.arm(deadline, after)
          last.set(which, after)
        }
        pass(400_000, 1_000)
        for (const [which, after] of last) {
          const [called, ...more] = calls[which] ?? []
          assert.ok(called !== undefined && called >= after && more.length === 0)
        }
      }),
      { numRuns: 50 },
    )
  })
})
