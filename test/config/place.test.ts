import assert from 'node:assert/strict'
import { test } from 'node:test'
import { place } from '../../src/config/place.ts'

test('a place in the same file is its line, elsewhere the file too', () => {
  const at = { file: 'a.conf', line: 7, column: 1 }
  assert.equal(place(at, { ...at, line: 9 }), 'in line 7')
  assert.equal(place(at, { ...at, file: 'b.conf' }), 'in a.conf:7')
})
