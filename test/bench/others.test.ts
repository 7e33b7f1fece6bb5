import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takenByOthers } from '../../bench/others.ts'
import { familySeconds, machineSeconds } from '../../bench/proc.ts'

test('a family is a process and those of its children that have ended', () => {
  const fields = ['S', ...Array.from({ length: 10 }, () => '0'), '100', '50', '200', '25', '20']
  assert.equal(familySeconds(`7 (node (x)) ${fields.join(' ')}`), 3.75)
})

test('waiting is not being busy, and guests are not counted twice', () => {
  const stat = 'cpu  100 10 200 600 50 5 15 20 70 3\ncpu0 1 1 1 1 1 1 1 1 1 1\n'
  assert.deepEqual(machineSeconds(stat), { busy: 3.5, all: 10 })
})

test('what the bench itself used is not taken by others', () => {
  const from = { machine: { busy: 10, all: 100 }, own: 5 }
  const share = (busy: number) =>
    takenByOthers(from, { machine: { busy: 10 + busy, all: 200 }, own: 45 })
  assert.equal(share(40), 0)
  assert.equal(share(60), 0.2)
  assert.equal(share(39), 0)
})
