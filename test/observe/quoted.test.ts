import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { quoted, quotedName } from '../../src/observe/quoted.ts'

test('every UTF-16 unit is quoted as JSON.stringify does it, wherever it stands', () => {
  for (let unit = 0; unit <= 0xffff; unit++) {
    const text = `a${String.fromCharCode(unit)}`
    assert.equal(quoted(text), JSON.stringify(text))
  }
})

test('a name is quoted the same however often it is asked for, and whatever else was meanwhile', () => {
  for (let turn = 0; turn < 2; turn++)
    for (let at = 0; at < 1_500; at++) {
      const name = `"${at}"`
      assert.equal(quotedName(name), JSON.stringify(name))
    }
})

test('every text is quoted as JSON.stringify does it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text =>
      assert.equal(quoted(text), JSON.stringify(text)),
    ),
    { numRuns: 200 },
  )
})
