import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Sample } from '../../bench/measure.ts'
import { limited, table, words } from '../../bench/report.ts'
import { rows } from '../../bench/rows.ts'
import { cells, fails, fallsShort, verdicts } from '../../bench/summary.ts'

const setup = rows.filter(({ id }) => id === 'setup-plain')
const systems = ['nginx', 'postern']

function samples(system: string, values: readonly number[]): readonly Sample[] {
  const busy = { proxy: 0.9, load: 0.5 }
  return values.map(value => ({ row: 'setup-plain', system, value, busy }))
}

function judged(postern: readonly number[]) {
  const found = cells(
    [...samples('postern', postern), ...samples('nginx', [0.1, 0.2, 0.3])],
    systems,
  )
  return verdicts(setup, found)
}

test('a ratio is the median over that of nginx', () => {
  const [nginx, postern] = cells(
    [...samples('postern', [0.3, 0.4, 5]), ...samples('nginx', [0.1, 0.2, 0.3])],
    systems,
  )
  assert.equal(nginx?.ratio, 1)
  assert.equal(postern?.ratio, 2)
  assert.equal(postern?.rounds, 3)
})

test('a row that misses its target falls short and fails only beyond twice the target', () => {
  const outcomes = [0.27, 0.4, 0.6].map(value => {
    const [verdict] = judged([value])
    assert.ok(verdict)
    return [fallsShort(verdict), fails(verdict)]
  })
  assert.deepEqual(outcomes, [
    [false, false],
    [true, false],
    [true, true],
  ])
})

test('a row that only one side has is not judged', () => {
  assert.deepEqual(verdicts(setup, cells(samples('postern', [1]), systems)), [])
})

test('the words name the row, both figures and the outcome', () => {
  assert.deepEqual(words(judged([0.4])), [
    'session set-up, plain: 2.00 of nginx, to reach ≤ 1.4: FALLS SHORT',
  ])
})

test('the table names each row once and shows every system with its spread', () => {
  const found = cells([...samples('nginx', [0.1]), ...samples('postern', [0.1, 0.1])], systems)
  const [heading, first, second] = table(setup, found).split('\n')
  assert.match(heading ?? '', /^row +unit +system +median/)
  assert.match(first ?? '', /^session set-up, plain +CPU-ms per session +nginx +0\.100 +0 % +1\.00/)
  assert.match(second ?? '', /^ +postern +0\.100/)
})

test('a cell whose load program was the limit is named', () => {
  const named = [
    { proxy: 0.6, load: 0.99 },
    { proxy: 0.95, load: 0.99 },
    { proxy: 0.6, load: 0.8 },
  ].map(busy => {
    const sample = { row: 'setup-plain', system: 'nginx', value: 1, busy }
    return limited(setup, cells([sample], systems)).length
  })
  assert.deepEqual(named, [1, 0, 0])
})
