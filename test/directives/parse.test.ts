import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { maxFaults } from '../../src/directives/error.ts'
import { maxDepth, parse } from '../../src/directives/parse.ts'
import type { Directive } from '../../src/directives/syntax.ts'
import { hostile } from './hostile.ts'

/** A tree on one line. */
function shown(directives: readonly Directive[]): string {
  return directives
    .map(({ name, args, block }) => {
      const words = [name, ...args].map(word => word.text).join(' ')
      return block ? `${words}{${shown(block)}}` : `${words};`
    })
    .join('')
}

function depth(directives: readonly Directive[]): number {
  return Math.max(0, ...directives.map(({ block }) => (block ? 1 + depth(block) : 0)))
}

test('words up to ; are a directive, up to { the head of a block', () => {
  const { directives, faults } = parse('a b c; d e { f; g { } } h;', 'f')
  assert.equal(shown(directives), 'a b c;d e{f;g{}}h;')
  assert.deepEqual(faults, [])
})

test('a directive stands where its name stands', () => {
  const [mail] = parse('\n  mail {\n\ttimeout 5s;\n}', 'x.conf').directives
  assert.deepEqual(mail?.position, { file: 'x.conf', line: 2, column: 3 })
  assert.deepEqual(mail?.block?.[0]?.args[0]?.position, { file: 'x.conf', line: 3, column: 10 })
})

type Row = readonly [why: string, text: string, tree: string, ...faults: readonly string[]]
const wrong: readonly Row[] = [
  ['a ; that nothing stands before', 'a; ;', 'a;', '1:4 unexpected ";", nothing stands before it'],
  ['a block without a name', '{ a; }', '', '1:1 unexpected "{", the name of the block is missing'],
  ['a } too many', 'a; } b;', 'a;b;', '1:4 unexpected "}", no block is open'],
  [
    'a directive that } cuts short',
    'a { b c }',
    'a{b c;}',
    '1:9 unexpected "}", "b" is not ended by ";"',
  ],
  [
    'a directive that the end cuts short',
    'a b',
    'a b;',
    '1:4 unexpected end of file, "a" is not ended by ";"',
  ],
  [
    'blocks that the end cuts short, each where it opens',
    'a {\n b { c;',
    'a{b{c;}}',
    '1:3 unexpected end of file, this "{" is not closed by "}"',
    '2:4 unexpected end of file, this "{" is not closed by "}"',
  ],
  [
    'all faults of one pass, in their order',
    '; a "x\n',
    'a x\n;',
    '1:1 unexpected ";", nothing stands before it',
    '1:5 the quote that opens here is not closed',
    '2:1 unexpected end of file, "a" is not ended by ";"',
  ],
]

for (const [why, text, tree, ...faults] of wrong) {
  test(`tells ${why}`, () => {
    const parsed = parse(text, 'f')
    assert.equal(shown(parsed.directives), tree)
    assert.deepEqual(
      parsed.faults.map(
        ({ position, message }) => `${position.line}:${position.column} ${message}`,
      ),
      faults,
    )
  })
}

test('blocks may be nested so deep, and deeper ones are told and dropped', () => {
  const nested = (levels: number) => parse('a {'.repeat(levels) + '}'.repeat(levels), 'f')
  assert.deepEqual(nested(maxDepth).faults, [])
  assert.equal(depth(nested(maxDepth).directives), maxDepth)
  const deeper = nested(maxDepth + 1)
  assert.deepEqual(
    deeper.faults.map(fault => fault.message),
    [`blocks are nested deeper than ${maxDepth}`],
  )
  assert.equal(depth(deeper.directives), maxDepth)
})

test('no nesting exhausts the stack', () => {
  const { directives, faults } = parse('a {'.repeat(200_000), 'f')
  assert.equal(depth(directives), maxDepth)
  assert.ok(faults.length <= maxFaults)
})

test('any text gives a tree', () => {
  fc.assert(
    fc.property(fc.array(hostile, { maxLength: 6 }), parts => {
      const { directives, faults } = parse(parts.join(' '), 'f')
      assert.ok(depth(directives) <= maxDepth)
      assert.ok(faults.length <= maxFaults)
    }),
    { numRuns: 300 },
  )
})

test('any octets give a tree', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), octets => {
      for (const charset of ['utf8', 'latin1'] as const) {
        assert.ok(Array.isArray(parse(Buffer.from(octets).toString(charset), 'f').directives))
      }
    }),
    { numRuns: 200 },
  )
})
