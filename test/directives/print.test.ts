import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parse } from '../../src/directives/parse.ts'
import { needsQuotes, print } from '../../src/directives/print.ts'
import type { Directive } from '../../src/directives/syntax.ts'
import { directive } from '../../src/directives/tree.ts'
import { hostile } from './hostile.ts'

/** A tree without the places that its words stand at. */
function bare(directives: readonly Directive[]): unknown {
  return directives.map(({ name, args, block }) => ({
    words: [name, ...args].map(({ text, quoted }) => ({ text, quoted })),
    block: block && bare(block),
  }))
}

const trees: fc.Arbitrary<readonly Directive[]> = fc.letrec<{ tree: readonly Directive[] }>(
  tie => ({
    tree: fc.array(
      fc
        .tuple(
          hostile,
          fc.array(hostile, { maxLength: 3 }),
          fc.option(tie('tree'), { nil: undefined }),
        )
        .map(([name, args, block]) => directive(name, args, block)),
      { maxLength: 3, depthIdentifier: 'tree' },
    ),
  }),
).tree

test('what was printed is read back as it was', () => {
  fc.assert(
    fc.property(trees, tree => {
      const { directives, faults } = parse(print(tree), 'f')
      assert.deepEqual(faults, [])
      assert.deepEqual(bare(directives), bare(tree))
    }),
    { numRuns: 300 },
  )
})

test('what was read is printed so that it is read the same', () => {
  fc.assert(
    fc.property(hostile, text => {
      const { directives, faults } = parse(text, 'f')
      fc.pre(faults.length === 0)
      const again = parse(print(directives), 'f')
      assert.deepEqual(again.faults, [])
      assert.equal(print(again.directives), print(directives))
    }),
    { numRuns: 300 },
  )
})

test('no text becomes more than the one word that it is', () => {
  fc.assert(
    fc.property(hostile, text => {
      const { directives } = parse(print([directive('server_name', [text])]), 'f')
      assert.deepEqual(
        directives.map(({ name, args }) => [name.text, ...args.map(arg => arg.text)]),
        [['server_name', text]],
      )
    }),
    { numRuns: 300 },
  )
})

test('a line end in a word never ends a line of the text', () => {
  const printed = print([directive('a', ['x;\r\nb y;\nc'])])
  assert.equal(printed, 'a "x;\\r\\nb y;\\nc";\n')
})

test('blocks are indented, and a plain word stands without quotes', () => {
  const tree = [directive('mail', [], [directive('listen', ['[::]:993', 'ssl', 'name=a/b'])])]
  assert.equal(print(tree), 'mail {\n  listen [::]:993 ssl name=a/b;\n}\n')
})

for (const text of ['', ' ', 'a;', '#a', '{', 'a"', '\\', '$', '${', '\n', '\0', 'é', '\u2028']) {
  test(`${JSON.stringify(text)} is printed in quotes`, () => {
    assert.equal(needsQuotes(text), true)
  })
}
