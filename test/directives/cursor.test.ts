import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cursor } from '../../src/directives/cursor.ts'

function positions(text: string): readonly string[] {
  const cursor = new Cursor(text, 'f')
  const seen: string[] = []
  while (cursor.character !== '') {
    seen.push(`${cursor.position.line}:${cursor.position.column}`)
    cursor.advance()
  }
  return [...seen, `${cursor.position.line}:${cursor.position.column}`]
}

test('lines and columns count from 1', () => {
  assert.deepEqual(positions('a\nbc'), ['1:1', '1:2', '2:1', '2:2', '2:3'])
})

test('a surrogate pair is one column', () => {
  assert.deepEqual(positions('😀a'), ['1:1', '1:1', '1:2', '1:3'])
})

test('a lone half of a pair is one column', () => {
  assert.deepEqual(positions('\ud83da\ude00b'), ['1:1', '1:2', '1:3', '1:4', '1:5'])
})

test('at the end it stays where it is', () => {
  const cursor = new Cursor('', 'f')
  cursor.advance()
  assert.deepEqual(cursor.position, { file: 'f', line: 1, column: 1 })
})

test('a mark that is skipped does not count', () => {
  const cursor = new Cursor('\uFEFFa', 'f')
  cursor.skip('\uFEFF')
  assert.equal(cursor.character, 'a')
  assert.equal(cursor.position.column, 1)
})

test('a run of plain characters is taken at once, and counted', () => {
  const cursor = new Cursor('ab.c d', 'f')
  assert.equal(cursor.run(), 'ab.c')
  assert.equal(cursor.position.column, 5)
  assert.equal(cursor.run(), '')
})
