import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { getHeapStatistics } from 'node:v8'
import { giveBack, isDue } from '../../src/bin/give-back.ts'
import { eventually } from '../support/programs.ts'

const mebibyte = 1024 * 1024
const peak = { busy: 0.01, heap: 120 * mebibyte, least: 14 * mebibyte, since: 600_000 }

describe('the memory of a peak is given back', () => {
  const rows: readonly [title: string, sight: Partial<typeof peak>, due: boolean][] = [
    ['when the process has become quiet', {}, true],
    ['not while it works', { busy: 0.2 }, false],
    ['not where there is little of it', { heap: 29 * mebibyte }, false],
    [
      'not where much more is in use, which would all be looked through',
      { least: 100 * mebibyte },
      false,
    ],
    ['not again within a minute', { since: 59_000 }, false],
  ]
  for (const [title, sight, due] of rows)
    it(title, () => assert.equal(isDue({ ...peak, ...sight }), due))
})

test('a heap that has grown is small again soon after nobody needs it', async t => {
  const size = () => getHeapStatistics().total_heap_size
  const before = size()
  let held: unknown[] | undefined = Array.from({ length: 400_000 }, (_, at) => ({ at, more: [at] }))
  const grown = size()
  assert.ok(grown - before > 20 * mebibyte, `${grown - before}`)
  const small = before + (grown - before) / 2
  // V8 frees pages with threads of its own: on a busy machine one collection may find them not done.
  t.after(giveBack(50, ({ busy }) => held === undefined && busy < 0.5 && size() >= small))
  held = undefined
  await eventually('a smaller heap', () => size() < small)
})
