import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loginLimit, sessionLimit } from '../../../src/directives/shapes/limit.ts'
import { word } from '../../../src/directives/tree.ts'
import { listening } from '../scope.ts'

test('limit_conn says whose sessions and how many', () => {
  const { scope } = listening()
  for (const holder of ['listener', 'client', 'user'] as const) {
    const value = sessionLimit.parse([holder, '20'].map(word), scope, 'limit_conn')
    assert.deepEqual(value, { of: holder, most: 20 })
    assert.ok(value)
    assert.deepEqual(sessionLimit.print(value), [holder, '20'])
  }
})

test('limit_login says whose failures, how many and in what time', () => {
  const { scope } = listening()
  const value = loginLimit.parse(['client', '5', 'per', '10m'].map(word), scope, 'limit_login')
  assert.deepEqual(value, { of: 'client', failures: 5, time: 600_000 })
  assert.ok(value)
  assert.deepEqual(loginLimit.print(value), ['client', '5', 'per', '600s'])
})

const wrong: readonly (readonly [text: string, fault: RegExp])[] = [
  ['limit_conn zone 5', /must be listener, client or user/],
  ['limit_conn user 0', /must be a whole number from 1/],
  ['limit_login listener 5 per 1m', /must be user or client/],
  ['limit_login user 5 in 1m', /is written FAILURES per TIME/],
  ['limit_login user 5 per 0', /must be a time/],
]

for (const [text, fault] of wrong) {
  test(`${text} is refused`, () => {
    const { scope, faults } = listening()
    const [name = '', ...words] = text.split(' ')
    const shape = name === 'limit_conn' ? sessionLimit : loginLimit
    assert.equal(shape.parse(words.map(word), scope, name), undefined)
    assert.match(faults.join(), fault)
  })
}
