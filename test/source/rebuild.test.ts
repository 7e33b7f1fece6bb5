import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createRebuild, type Rebuild } from '../../src/source/rebuild.ts'
import { StillClock } from './still-clock.ts'

function fixture(): { clock: StillClock; ran: number[]; rebuild: Rebuild } {
  const clock = new StillClock()
  const ran: number[] = []
  return { clock, ran, rebuild: createRebuild(() => ran.push(clock.now()), clock) }
}

test('nothing is rebuilt before the source was read whole', () => {
  const { clock, ran, rebuild } = fixture()
  rebuild.touch()
  clock.pass(10_000)
  assert.deepEqual(ran, [])
  rebuild.sync()
  clock.pass(0)
  assert.deepEqual(ran, [10_000])
})

test('a source without objects is rebuilt once, too', () => {
  const { clock, ran, rebuild } = fixture()
  rebuild.sync()
  rebuild.sync()
  clock.pass(10_000)
  assert.deepEqual(ran, [0])
})

test('the first change after a quiet time is rebuilt at once, with all of its turn', () => {
  const { clock, ran, rebuild } = fixture()
  rebuild.sync()
  clock.pass(1_000)
  rebuild.touch()
  rebuild.touch()
  clock.pass(0)
  assert.deepEqual(ran, [0, 1_000])
  clock.pass(1_000)
  assert.deepEqual(ran, [0, 1_000])
})

test('changes that follow are held until nothing changed for 100 ms', () => {
  const { clock, ran, rebuild } = fixture()
  rebuild.sync()
  clock.pass(50)
  for (let n = 0; n < 3; n++) {
    rebuild.touch()
    clock.pass(60)
  }
  clock.pass(1_000)
  assert.deepEqual(ran, [0, 270])
})

test('in a storm no change waits longer than 500 ms', () => {
  const { clock, ran, rebuild } = fixture()
  rebuild.sync()
  clock.pass(50)
  for (let n = 0; n < 100; n++) {
    rebuild.touch()
    clock.pass(20)
  }
  assert.deepEqual(ran.slice(0, 4), [0, 550, 1_050, 1_550])
})

test('after the end nothing is rebuilt', () => {
  const { clock, ran, rebuild } = fixture()
  rebuild.sync()
  clock.pass(10)
  rebuild.touch()
  rebuild.close()
  rebuild.touch()
  clock.pass(1_000)
  assert.deepEqual(ran, [0])
})

test('every change is followed by a rebuild within 500 ms, whatever the pattern', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 300 }), { maxLength: 60 }), gaps => {
      const { clock, ran, rebuild } = fixture()
      rebuild.sync()
      const touched: number[] = []
      for (const gap of gaps) {
        clock.pass(gap)
        touched.push(clock.now())
        rebuild.touch()
      }
      clock.pass(1_000)
      for (const at of touched) assert.ok(ran.some(time => time >= at && time <= at + 500))
      assert.ok(ran.length <= touched.length + 1)
    }),
    { numRuns: 200 },
  )
})
