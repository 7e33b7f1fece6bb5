import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entries, holds, lacking } from '../../src/kube/port-entries.ts'

const held = (
  name: string,
  port: number,
  targetPort: string | number = port,
  protocol = 'TCP',
) => ({
  name,
  port,
  targetPort,
  protocol,
})
const open = [
  { port: 993, targetPort: 10_993 },
  { port: 143, targetPort: 10_143 },
]
const ours = open.map(({ port, targetPort }) => held(`tcp-${port}`, port, targetPort))

test('each open port has an entry with a number as its target, sorted', () => {
  assert.deepEqual(entries([], open, new Set()), ours.toReversed())
})

test('a port that another entry has is left to it, but not one of another protocol', () => {
  const foreign = [held('imaps', 993), held('dns', 143, 53, 'UDP')]
  assert.deepEqual(entries(foreign, open, new Set()), [ours[1]])
})

test('a port that another manager refused us is left out', () => {
  assert.deepEqual(entries([], open, new Set([143])), [ours[0]])
})

test('the Service is as wanted only with all of ours, their targets, and no more of them', () => {
  const wanted = entries([], open, new Set())
  assert.ok(holds([...ours, held('smtp', 25)], wanted))
  assert.ok(!holds(ours.slice(1), wanted))
  assert.ok(!holds([...ours, held('tcp-110', 110)], wanted))
  assert.ok(!holds([held('tcp-993', 993, 993), ...ours.slice(1)], wanted))
})

test('a port lacks where no entry of TCP has it, whatever its name', () => {
  assert.deepEqual(lacking([held('imaps', 993), held('x', 143, 1, 'UDP')], open), new Set([143]))
})
