import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from '../../src/directives/parse.ts'
import { notCarriedOut, passedOver } from '../../src/directives/passed-over.ts'
import type { Row } from '../../src/directives/row.ts'
import {
  contextsOf,
  entry,
  mainRows,
  settingRows,
  table,
  upstreamRows,
} from '../../src/directives/table.ts'
import { directive } from '../../src/directives/tree.ts'
import { listening } from './scope.ts'

for (const { name, row } of table) {
  test(`the row of ${name} in ${row.contexts.join(' and ')} is whole`, () => {
    assert.match(name, /^[a-z][a-z0-9_]*$/)
    assert.ok(row.contexts.length > 0)
    assert.ok(row.least <= row.most)
    assert.match(row.doc, /^[A-Z].*\.$/s)
    assert.equal(row.syntax === '', row.most === 0)
    for (const context of row.contexts) assert.equal(entry(name, context)?.row, row)
  })
}

const rows: Readonly<Record<string, Row<unknown>>> = {
  ...settingRows,
  ...upstreamRows,
  ...mainRows,
}

for (const [name, row] of Object.entries(rows)) {
  if (row.default === '' || row.default.startsWith('(')) continue
  test(`the default of ${name} is what the reference page says`, () => {
    const { scope, faults } = listening()
    const [said] = parse(`${name} ${row.default};`, 'f').directives
    assert.ok(said)
    assert.deepEqual(row.value([], scope), row.value([said], scope))
    assert.deepEqual(faults, [])
  })
}

for (const [name, row] of Object.entries(rows)) {
  test(`the default of ${name} is written so that it is read back`, () => {
    const { scope } = listening()
    const usual = row.value([], scope)
    const again = row.print(usual).map(args => directive(name, args))
    assert.deepEqual(row.value(again, scope), usual)
  })
}

test('a directive stands where its contexts say, and nowhere else', () => {
  assert.deepEqual(contextsOf('listen'), ['server'])
  assert.deepEqual(contextsOf('server'), ['mail', 'upstream'])
  assert.deepEqual(contextsOf('error_log'), ['main', 'mail', 'server'])
  assert.deepEqual(contextsOf('constructor'), [])
  assert.equal(entry('listen', 'mail'), undefined)
  assert.equal(entry('server', 'mail')?.opens, 'server')
  assert.equal(entry('server', 'upstream')?.opens, undefined)
})

test('what is passed over or not carried out has no row', () => {
  for (const name of [...passedOver.keys(), ...notCarriedOut.keys()])
    assert.deepEqual(contextsOf(name), [])
})

test('every directive that names a size, a time or a number has bounds', () => {
  for (const { row } of table) {
    const schema = row.json?.schema
    if (schema && 'minimum' in schema) assert.ok(schema.minimum <= schema.maximum)
  }
})
