import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { header } from '../../../src/directives/shapes/header.ts'
import { word } from '../../../src/directives/tree.ts'
import { hostile } from '../hostile.ts'
import { listening } from '../scope.ts'

test('a header is a name and a value', () => {
  const { scope } = listening()
  const value = header.parse(
    ['X-Key', 'a secret; with "quotes"'].map(word),
    scope,
    'auth_http_header',
  )
  assert.deepEqual(value, { name: 'X-Key', value: 'a secret; with "quotes"' })
  assert.deepEqual(value && header.print(value), ['X-Key', 'a secret; with "quotes"'])
})

test('a value may be empty, a name not', () => {
  const { scope, faults } = listening()
  assert.ok(header.parse(['X', ''].map(word), scope, 'auth_http_header'))
  assert.equal(header.parse(['', 'x'].map(word), scope, 'auth_http_header'), undefined)
  assert.equal(faults.length, 1)
})

test('no header that is taken can end its line', () => {
  fc.assert(
    fc.property(hostile, hostile, (name, value) => {
      const { scope } = listening()
      const read = header.parse([name, value].map(word), scope, 'auth_http_header')
      if (read) assert.match(`${read.name}: ${read.value}`, /^[!-~]+: [ -~]*$/)
    }),
    { numRuns: 200 },
  )
})
