import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { read } from '../../src/api/read.ts'
import { flag, integer, list, map, object, oneOf, quantity, text } from '../../src/api/schema.ts'
import { check } from '../../src/api/validate.ts'
import { mailProxyOf } from '../support/mail-proxy-table.ts'

const sample = object('', {
  needs: {
    name: text('', { maxLength: 5 }),
    color: oneOf('', ['Red', 'Blue'], { default: 'Red' }),
  },
  may: {
    count: integer('', { minimum: 1, maximum: 3 }),
    on: flag(''),
    size: quantity('', { minimum: 1, maximum: 9, maxLength: 3 }),
    tags: list('', text('', { maxLength: 3 }), { minItems: 1, maxItems: 2 }),
    items: list('', object('', { needs: { id: text('', { maxLength: 3 }) }, may: {} }), {
      maxItems: 3,
      key: 'id',
    }),
    labels: map('', text('', { minLength: 0, maxLength: 3 }), { maxProperties: 2 }),
  },
})

const faults = (raw: unknown) => {
  const checked = check(sample, raw)
  return checked.kind === 'invalid'
    ? checked.faults.map(({ path, message }) => `${path}: ${message}`)
    : []
}

test('a default stands for what is absent, and for null', () => {
  const wanted = { kind: 'valid', value: { name: 'a', color: 'Red' }, unknown: [] }
  assert.deepEqual(check(sample, { name: 'a' }), wanted)
  assert.deepEqual(check(sample, { name: 'a', color: null, count: null }), wanted)
})

test('a field that the schema does not know is dropped and named', () => {
  const checked = check(sample, { name: 'a', nmae: 1, items: [{ id: 'x', extra: {} }] })
  assert.deepEqual(checked, {
    kind: 'valid',
    value: { name: 'a', color: 'Red', items: [{ id: 'x' }] },
    unknown: ['nmae', 'items[0].extra'],
  })
})

const bad: readonly (readonly [why: string, raw: unknown, fault: string])[] = [
  ['no object', 7, ': must be an object, not a number'],
  ['an empty document', null, ': must be an object, not empty'],
  ['no name', {}, 'name: is required'],
  ['an empty name', { name: '' }, 'name: must not be empty'],
  ['a long name', { name: 'abcdef' }, 'name: may not be longer than 5 characters'],
  ['a number as text', { name: 1 }, 'name: must be a string, not a number'],
  ['an unknown word', { name: 'a', color: 'Green' }, 'color: must be "Red", "Blue"'],
  ['a fraction', { name: 'a', count: 1.5 }, 'count: must be an integer, not a number'],
  ['too much', { name: 'a', count: 4 }, 'count: must be between 1 and 3'],
  ['a word as a switch', { name: 'a', on: 'yes' }, 'on: must be true or false, not a string'],
  [
    'a list as a quantity',
    { name: 'a', size: [] },
    'size: must be a string or an integer, not a list',
  ],
  ['a quantity below its least', { name: 'a', size: 0 }, 'size: must be between 1 and 9'],
  ['an empty list', { name: 'a', tags: [] }, 'tags: must have at least 1 item'],
  ['a long list', { name: 'a', tags: ['a', 'b', 'c'] }, 'tags: may not have more than 2 items'],
  ['a null item', { name: 'a', tags: [null] }, 'tags[0]: must be a string, not empty'],
  [
    'two of one key',
    { name: 'a', items: [{ id: 'x' }, { id: 'x' }] },
    'items[1]: Duplicate value: id "x"',
  ],
  [
    'a large map',
    { name: 'a', labels: { a: '', b: '', c: '' } },
    'labels: may not have more than 2 keys',
  ],
  [
    'a bad value in a map',
    { name: 'a', labels: { 'x"y': 1 } },
    'labels["x\\"y"]: must be a string, not a number',
  ],
]

for (const [why, raw, fault] of bad)
  test(`refuses ${why}`, () => assert.deepEqual(faults(raw), [fault]))

test('every fault is named, each with its path', () => {
  assert.deepEqual(faults({ name: 1, count: 9, tags: ['long', 7] }), [
    'name: must be a string, not a number',
    'count: must be between 1 and 3',
    'tags[0]: may not be longer than 3 characters',
    'tags[1]: must be a string, not a number',
  ])
})

test('characters are counted, not units of UTF-16', () => {
  assert.deepEqual(faults({ name: '😀😀😀😀😀' }), [])
})

test('names of the language itself are names like any other', () => {
  const raw: unknown = JSON.parse(
    '{"name": "a", "__proto__": {"count": 9}, "labels": {"__proto__": "x"}}',
  )
  const checked = check(sample, raw)
  assert.deepEqual(checked.unknown, ['__proto__'])
  assert.equal(
    Object.getPrototypeOf(checked.kind === 'valid' ? checked.value : null),
    Object.prototype,
  )
})

test('no document makes the check throw, and no more than 64 faults are kept', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), value => {
      for (const raw of [
        value,
        mailProxyOf(value ?? null),
        mailProxyOf({ listeners: [value], tls: value }),
      ]) {
        const found = read(raw)
        assert.ok(found.kind !== 'invalid' || found.faults.length <= 64)
      }
    }),
    { numRuns: 200 },
  )
  const many = {
    listeners: Array.from({ length: 64 }, () => ({ name: 1, port: 'x', protocol: 7 })),
  }
  const found = read(mailProxyOf(many))
  assert.equal(found.kind === 'invalid' && found.faults.length, 64)
})

test('an object of another group or kind is foreign', () => {
  const what = (apiVersion: string, kind: string) =>
    read({ apiVersion, kind, metadata: { name: 'a' } }).kind
  assert.equal(what('apps/v1', 'Deployment'), 'foreign')
  assert.equal(what('v1', 'MailProxy'), 'foreign')
  assert.equal(what('v1', 'ConfigMap'), 'object')
  assert.equal(read('just text').kind, 'foreign')
})

test('an object without a namespace is in default', () => {
  const found = read({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' } })
  assert.equal(
    found.kind === 'object' && found.object.kind === 'Service' && found.object.metadata.namespace,
    'default',
  )
})
