import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freePorts } from '../../bench/free-ports.ts'

test('no two listeners of a proxy are given the same port', async () => {
  for (let round = 0; round < 50; round++) {
    const numbers = Object.values(await freePorts())
    assert.equal(new Set(numbers).size, numbers.length)
    assert.ok(numbers.every(number => number > 0))
  }
})
