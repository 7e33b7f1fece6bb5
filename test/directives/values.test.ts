import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  duration,
  flag,
  integer,
  oneOf,
  size,
  text,
  type Value,
} from '../../src/directives/values.ts'
import { hostile } from './hostile.ts'

const name = text({ expects: 'a name', pattern: '^[a-z]+$', maxLength: 5 })
const balance = oneOf('round_robin', 'least_conn')

type Row = readonly [kind: string, value: Value<unknown>, word: string, parsed: unknown]

const rows: readonly Row[] = [
  ['flag', flag, 'on', true],
  ['flag', flag, 'off', false],
  ['flag', flag, 'On', true],
  ['flag', flag, 'OFF', false],
  ['flag', flag, 'constructor', undefined],
  ['integer', integer(1, 32), '1', 1],
  ['integer', integer(1, 32), '32', 32],
  ['integer', integer(1, 32), '0', undefined],
  ['integer', integer(1, 32), '33', undefined],
  ['integer', integer(1, 32), '1.0', undefined],
  ['integer', integer(1, 32), '-1', undefined],
  ['integer', integer(1, 32), '', undefined],
  ['integer', integer(0, 9), '9'.repeat(400), undefined],
  ['one of', balance, 'least_conn', 'least_conn'],
  ['one of', balance, 'LEAST_conn', 'least_conn'],
  ['one of', balance, 'LeastConn', undefined],
  ['one of', balance, '__proto__', undefined],
  ['text', name, 'abc', 'abc'],
  ['text', name, 'abcdef', undefined],
  ['text', name, 'a\n', undefined],
  ['time', duration(), '60', 60_000],
  ['time', duration(), '500ms', 500],
  ['time', duration(), '1m30s', 90_000],
  ['time', duration(), '1m30', 90_000],
  ['time', duration(), '1m 30s', 90_000],
  ['time', duration(), '30 ', 30_000],
  ['time', duration(), ' 30', undefined],
  ['time', duration(), '1 m', undefined],
  ['time', duration(), '1h1m1s1ms', 3_661_001],
  ['time', duration(), '1w2d', 9 * 86_400_000],
  ['time', duration(), '2M', 60 * 86_400_000],
  ['time', duration(), '1y', 365 * 86_400_000],
  ['time', duration(), '1y1s', undefined],
  ['time', duration(), '30s1m', undefined],
  ['time', duration(), '1s1s', undefined],
  ['time', duration(), '1x', undefined],
  ['time', duration(), 's', undefined],
  ['time', duration(), '', undefined],
  ['time', duration(), '-5s', undefined],
  ['time', duration(), '1.5s', undefined],
  ['time', duration(), '0', undefined],
  ['time', duration(0), '0', 0],
  ['time', duration(), `${'9'.repeat(31)}y`, undefined],
  ['time', duration(), `${'0'.repeat(40)}1s`, undefined],
  ['size', size(128, 1_048_576), '4k', 4096],
  ['size', size(128, 1_048_576), '4K', 4096],
  ['size', size(128, 1_048_576), '1m', 1_048_576],
  ['size', size(128, 1_048_576), '1M', 1_048_576],
  ['size', size(128, 1_048_576), '128', 128],
  ['size', size(128, 1_048_576), '127', undefined],
  ['size', size(128, 1_048_576), '2m', undefined],
  ['size', size(128, 1_048_576), '1g', undefined],
  ['size', size(128, 1_048_576), 'k', undefined],
]

for (const [kind, value, word, parsed] of rows) {
  const shown = word.length > 40 ? `a word of ${word.length}` : JSON.stringify(word)
  test(`${kind}: ${shown} is ${parsed === undefined ? 'refused' : String(parsed)}`, () => {
    assert.equal(value.parse(word), parsed)
  })
}

test('times and sizes are written in the words of the reference', () => {
  const times = [0, 60_000, 86_400_000, 90_000, 1_500].map(duration(0).print)
  assert.deepEqual(times, ['0', '60s', '24h', '90s', '1500ms'])
  assert.deepEqual([0, 4096, 1_048_576, 1000].map(size(0, 2 ** 40).print), [
    '0',
    '4k',
    '1m',
    '1000',
  ])
})

test('what is written is read back', () => {
  const back = (value: Value<number>, number: number) => value.parse(value.print(number))
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 365 * 86_400_000 }), number => {
      assert.equal(back(duration(0), number), number)
      assert.equal(back(size(0, 2 ** 40), number), number)
      assert.equal(back(integer(0, 2 ** 40), number), number)
    }),
    { numRuns: 200 },
  )
})

const fields: readonly (readonly [kind: string, Value<unknown>, json: unknown, parsed: unknown])[] =
  [
    ['a boolean', flag, true, true],
    ['no boolean', flag, 'on', undefined],
    ['a number', integer(1, 5), 5, 5],
    ['a fraction', integer(1, 5), 1.5, undefined],
    ['a number in quotes', integer(1, 5), '5', undefined],
    ['a word in Pascal case', balance, 'LeastConn', 'least_conn'],
    ['a word in the case of the directive', balance, 'least_conn', undefined],
    ['a time in seconds', duration(), 5, 5_000],
    ['a time as text', duration(), '5m', 300_000],
    ['a time that is too long', duration(), 10 ** 9, undefined],
    ['a size in octets', size(128, 4096), 128, 128],
    ['a size as text', size(128, 4096), '4k', 4096],
    ['a list where one value stands', name, ['a'], undefined],
    ['nothing', duration(), null, undefined],
  ]

for (const [kind, value, json, parsed] of fields) {
  test(`a field: ${kind} is ${parsed === undefined ? 'refused' : 'taken'}`, () => {
    assert.equal(value.fromJson(json), parsed)
  })
}

test("a field's value is written as it is read", () => {
  const values: readonly Value<unknown>[] = [flag, balance, duration(), size(1, 9), name]
  for (const value of values) {
    for (const word of ['on', 'least_conn', '5s', '9', 'abc']) {
      const parsed = value.parse(word)
      if (parsed !== undefined) assert.equal(value.fromJson(value.toJson(parsed)), parsed)
    }
  }
})

test("a schema's pattern takes what the directive takes, but for its bounds", () => {
  const schema = duration().schema
  assert.equal(schema.type, 'integer-or-string')
  const pattern = new RegExp(schema.type === 'integer-or-string' ? schema.pattern : '')
  for (const word of ['60', '1m30s', '1h1m1s1ms', '500ms', '2M', '1m30']) {
    assert.match(word, pattern)
  }
  for (const word of ['', 's', '1x', '-1s', '1s;', '1s\n']) assert.doesNotMatch(word, pattern)
})

test('any text is a value or none', () => {
  const values: readonly Value<unknown>[] = [
    flag,
    integer(0, 9),
    balance,
    name,
    duration(),
    size(1, 9),
  ]
  fc.assert(
    fc.property(hostile, fc.jsonValue(), (word, json) => {
      for (const value of values) {
        value.parse(word)
        value.fromJson(json)
        assert.equal(/[\p{Cc}\p{Cs}]/u.test(word) && value.parse(word) !== undefined, false)
      }
    }),
    { numRuns: 200 },
  )
})
