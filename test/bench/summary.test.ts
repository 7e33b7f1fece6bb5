import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Sample } from '../../bench/measure.ts'
import { cutShort, disturbed, limited, table, words } from '../../bench/report.ts'
import { rows } from '../../bench/rows.ts'
import { cells, fails, fallsShort, verdicts } from '../../bench/summary.ts'

const setup = rows.filter(({ id }) => id === 'setup-plain')
const systems = ['nginx', 'postern']

function samples(system: string, values: readonly number[]): readonly Sample[] {
  const busy = { proxy: 0.9, load: 0.5 }
  return values.map(value => ({ row: 'setup-plain', line: '', system, value, busy }))
}

function judged(postern: readonly number[]) {
  const found = cells(
    [...samples('postern', postern), ...samples('nginx', [0.1, 0.2, 0.3])],
    systems,
    rows,
  )
  return verdicts(setup, found)
}

test('a ratio is the median over that of nginx', () => {
  const [nginx, postern] = cells(
    [...samples('postern', [0.3, 0.4, 5]), ...samples('nginx', [0.1, 0.2, 0.3])],
    systems,
    rows,
  )
  assert.equal(nginx?.ratio, 1)
  assert.equal(postern?.ratio, 2)
  assert.equal(postern?.rounds, 3)
})

test('a row that misses its target falls short and fails only beyond twice the target', () => {
  const outcomes = [0.21, 0.4, 0.6].map(value => {
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
  assert.deepEqual(verdicts(setup, cells(samples('postern', [1]), systems, rows)), [])
})

test('the words name the row, both figures and the outcome', () => {
  assert.deepEqual(words(judged([0.4])), [
    'session set-up, IMAP, plain: 2.00 of nginx, to reach ≤ 1.1: FALLS SHORT',
    '1 of 1 targets were missed',
  ])
})

test('the table names each row once and shows every system with its spread', () => {
  const found = cells(
    [...samples('nginx', [0.1]), ...samples('postern', [0.1, 0.1])],
    systems,
    rows,
  )
  const [heading, first, second] = table(setup, found).split('\n')
  assert.match(heading ?? '', /^row +unit +system +median/)
  assert.match(
    first ?? '',
    /^session set-up, IMAP, plain +CPU-ms per session +nginx +0\.100 +0 % +1\.00/,
  )
  assert.match(second ?? '', /^ +postern +0\.100/)
})

test('a cell whose load program was the limit is named', () => {
  const named = [
    { proxy: 0.6, load: 0.99 },
    { proxy: 0.95, load: 0.99 },
    { proxy: 0.6, load: 0.8 },
  ].map(busy => {
    const sample = { row: 'setup-plain', line: '', system: 'nginx', value: 1, busy }
    return limited(setup, cells([sample], systems, rows)).length
  })
  assert.deepEqual(named, [1, 0, 0])
})

test('a row that nginx has not got is compared with the one that it stands for', () => {
  const passing = samples('postern', [0.3]).map(sample => ({ ...sample, row: 'setup-passing' }))
  const found = cells([...samples('nginx', [0.1]), ...passing], systems, rows)
  assert.equal(found.find(({ row }) => row === 'setup-passing')?.ratio?.toFixed(2), '3.00')
})

test('a target that is no ratio is judged by the figure alone, and what tells of the load has no ratio', () => {
  const reload = rows.filter(({ id }) => id === 'reload')
  const each = (line: string, value: number): readonly Sample[] =>
    systems.map(system => ({ row: 'reload', line, system, value, busy: undefined }))
  const found = cells(
    [...each('lost', 1), ...each('stall', 60), ...each('quiet', 5)],
    systems,
    rows,
  )
  assert.deepEqual(
    verdicts(reload, found).map(verdict => [verdict.figure, fallsShort(verdict), fails(verdict)]),
    [
      [1, true, true],
      [60, true, false],
    ],
  )
  assert.ok(words(verdicts(reload, found))[1]?.includes('60.0 ms, to reach ≤ 50: FALLS SHORT'))
  assert.ok(found.filter(({ line }) => line === 'quiet').every(({ ratio }) => ratio === undefined))
})

test('rows that had fewer rounds than the rest are named', () => {
  const found = cells(
    [
      ...samples('postern', [1, 2]),
      ...samples('postern', [1]).map(sample => ({ ...sample, row: 'idle-tls' })),
    ],
    systems,
    rows,
  )
  assert.deepEqual(cutShort(rows, found), [
    'in fewer than 2 rounds, for want of time: idle session, TLS',
  ])
})

test('a machine that others used meanwhile is named', () => {
  assert.deepEqual(disturbed(0.04), [])
  assert.match(disturbed(0.4)[0] ?? '', /40 % of this machine/)
})
