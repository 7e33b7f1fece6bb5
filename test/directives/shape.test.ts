import assert from 'node:assert/strict'
import { test } from 'node:test'
import { all, many, one, read } from '../../src/directives/shape.ts'
import { word } from '../../src/directives/tree.ts'
import { flag, oneOf } from '../../src/directives/values.ts'
import { listening } from './scope.ts'

const letters = many('LETTER …', oneOf('a', 'b'), 2)

test('a word that does not fit is told with what would', () => {
  const { scope, faults } = listening()
  assert.equal(read(word('maybe'), flag, scope, 'xclient'), undefined)
  assert.deepEqual(faults, ['"xclient" must be on or off, not "maybe"'])
})

test('one argument is its value', () => {
  const { scope } = listening()
  assert.equal(one('on | off', flag).parse([word('off')], scope, 'xclient'), false)
})

test('of several each that does not fit is told', () => {
  const { scope, faults } = listening()
  assert.equal(letters.parse([word('x'), word('y')], scope, 'some'), undefined)
  assert.equal(faults.length, 2)
})

test('a word twice is a notice', () => {
  const { scope, faults, notices } = listening()
  assert.deepEqual(letters.parse([word('a'), word('a')], scope, 'some'), ['a', 'a'])
  assert.deepEqual(faults, [])
  assert.deepEqual(notices, ['duplicate value "a" in "some" directive'])
})

test('a list as a field has at least one word and at most so many', () => {
  const lists: readonly unknown[] = [[], ['A'], ['A', 'B'], ['A', 'B', 'A'], ['A', 1], 'A']
  assert.deepEqual(
    lists.map(json => letters.json?.from(json)),
    [undefined, ['a'], ['a', 'b'], undefined, undefined, undefined],
  )
})

test('a list of which something could not be read is none', () => {
  assert.equal(all([1, undefined]), undefined)
  assert.deepEqual(all([1, 2]), [1, 2])
})
