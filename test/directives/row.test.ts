import assert from 'node:assert/strict'
import { test } from 'node:test'
import { every, optional, optionalWords, set, words } from '../../src/directives/row.ts'
import { many, one } from '../../src/directives/shape.ts'
import { directive } from '../../src/directives/tree.ts'
import { integer, oneOf } from '../../src/directives/values.ts'
import { listening } from './scope.ts'

const common = { contexts: ['mail'], doc: 'It is.', field: true } as const
const number = one('NUMBER', integer(0, 9))
const letters = many('LETTER …', oneOf('a', 'b'), 4)
const said = (...args: readonly string[]) => directive('it', args)
const { scope } = listening()

test('a setting is what was said last, else its default', () => {
  const row = set(number, { ...common, default: '5', fallback: 5 })
  assert.equal(row.value([], scope), 5)
  assert.equal(row.value([said('1'), said('2')], scope), 2)
  assert.equal(row.repeat, 'fault')
  assert.deepEqual(row.print(7), [['7']])
})

test('a default may come from the surroundings', () => {
  const row = set(one('N', integer(0, 99)), {
    ...common,
    default: '(length)',
    fallback: ({ hostname }) => hostname.length,
  })
  assert.equal(row.value([], scope), 'box.example'.length)
  assert.equal(row.json && 'default' in row.json, false)
})

test('what is optional may be absent', () => {
  const row = optional(number, common)
  assert.equal(row.value([], scope), undefined)
  assert.equal(row.value([said('1')], scope), 1)
  assert.deepEqual(row.print(undefined), [])
})

test('of what adds up each says one thing more', () => {
  const row = every(number, common)
  assert.deepEqual(row.value([said('1'), said('2')], scope), [1, 2])
  assert.deepEqual(row.print([1, 2]), [['1'], ['2']])
  assert.equal(row.repeat, 'adds')
})

test('words add up over all lines, and are brought into one list', () => {
  const row = words(letters, {
    ...common,
    default: 'a',
    fallback: ['a'],
    merge: all => [...all].reverse(),
  })
  assert.deepEqual(row.value([], scope), ['a'])
  assert.deepEqual(row.value([said('a', 'a'), said('b')], scope), ['b', 'a', 'a'])
})

test('words that no level says are none at all', () => {
  const row = optionalWords(letters, common)
  assert.equal(row.value([], scope), undefined)
  assert.deepEqual(row.value([said('a'), said('b')], scope), ['a', 'b'])
})

test('what cannot be read counts as not said', () => {
  const row = set(number, { ...common, default: '5', fallback: 5 })
  assert.equal(row.value([said('x')], scope), 5)
  assert.equal(row.value([said()], scope), 5)
  assert.equal(row.value([said('1', '2')], scope), 5)
})

test('a field is written in the words of the directive', () => {
  const row = words(letters, { ...common, default: 'a', fallback: ['a'] })
  assert.deepEqual(row.json?.words(['B', 'A']), ['b', 'a'])
  assert.equal(row.json?.words(['C']), undefined)
  assert.deepEqual(row.json?.default, ['A'])
})
