import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cpuSeconds, descendants, parent, pss } from '../../bench/proc.ts'

const stat = '4711 (a (b) c) S 42 4711 4711 0 -1 4194560 512 0 0 0 150 25 7 9 20 0 11 0 99 1000 200'

test('processor time is user and system time of the process without its dead children', () => {
  assert.equal(cpuSeconds(stat), 1.75)
})

test('a process name with spaces and parentheses does not shift the fields', () => {
  assert.equal(parent(stat), 42)
})

test('memory is the proportional set size, not the resident one', () => {
  const rollup = '5500-7fff ---p 0 00:00 0 [rollup]\nRss: 900 kB\nPss: 812 kB\nPss_Dirty: 10 kB\n'
  assert.equal(pss(rollup), 812)
  assert.equal(pss('Rss: 900 kB\n'), undefined)
})

test('the processes of a proxy are its first one and all that descend from it', () => {
  const parents = new Map([
    [10, 1],
    [11, 10],
    [12, 11],
    [13, 2],
  ])
  assert.deepEqual(descendants(10, parents), [10, 11, 12])
})
