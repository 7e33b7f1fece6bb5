import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Fault, maxFaults } from '../../src/directives/error.ts'
import { lex, maxText, maxWord } from '../../src/directives/lex.ts'
import { hostile } from './hostile.ts'

const shown = { open: '{', close: '}', end: ';', eof: '$' } as const

function lexed(text: string): { tokens: readonly string[]; faults: readonly Fault[] } {
  const faults: Fault[] = []
  const tokens = [...lex(text, 'f', faults)]
  return {
    tokens: tokens.map(token =>
      token.kind === 'word' ? `${token.quoted ? 'q' : 'w'}:${token.text}` : shown[token.kind],
    ),
    faults,
  }
}

const rows: readonly (readonly [why: string, text: string, tokens: readonly string[]])[] = [
  ['white space separates words', 'a b\t c\r\nd', ['w:a', 'w:b', 'w:c', 'w:d', '$']],
  ['; ends a word', 'a;b', ['w:a', ';', 'w:b', '$']],
  ['{ ends a word', 'a{', ['w:a', '{', '$']],
  ['} within a word is text', 'a}b }', ['w:a}b', '}', '$']],
  ['# within a word is text', 'a#b', ['w:a#b', '$']],
  ['# where a word could begin is a comment', 'a #b;{\nc', ['w:a', 'w:c', '$']],
  ['a quote within a word is text', `a"b'c`, [`w:a"b'c`, '$']],
  ['between quotes everything is text', `"a ;{}#'" 'b"'`, [`q:a ;{}#'`, 'q:b"', '$']],
  ['a quoted word may be empty', `""`, ['q:', '$']],
  ['a quoted word may span lines', `"a\nb"`, ['q:a\nb', '$']],
  ['an escaped quote stays in the word', `"a\\"b" 'c\\'d'`, ['q:a"b', `q:c'd`, '$']],
  [
    '\\t, \\r, \\n and \\\\ are one character',
    `"\\t\\r\\n\\\\" a\\tb`,
    ['q:\t\r\n\\', 'w:a\tb', '$'],
  ],
  ['before any other the backslash stays', `a\\db "\\d"`, ['w:a\\db', 'q:\\d', '$']],
  ['an escaped end of a word is text', `a\\;b\\ c`, ['w:a\\;b\\ c', '$']],
  ['a name in braces behind \x24 is text', 'a\x24{b}c', ['w:a\x24{b}c', '$']],
  ['a quoted word may be followed by ; or {', `"a";"b"{`, ['q:a', ';', 'q:b', '{', '$']],
  ['a mark of byte order is passed over', '\uFEFFa', ['w:a', '$']],
  ['a backslash at the end is text', 'a\\', ['w:a\\', '$']],
]

for (const [why, text, tokens] of rows) {
  test(why, () => {
    assert.deepEqual(lexed(text), { tokens, faults: [] })
  })
}

const wrong: readonly (readonly [why: string, text: string, at: string, message: string])[] = [
  [
    'a quote that is not closed is a fault where it opens',
    'a\n "b',
    '2:2',
    'the quote that opens here is not closed',
  ],
  [
    'what touches a closing quote is a fault',
    '"a"b',
    '1:4',
    'unexpected "b" after a closing quote, expecting a space, ";" or "{"',
  ],
  [
    'a word that is too long is a fault',
    `a ${'x'.repeat(maxWord + 1)}`,
    '1:3',
    `a word is longer than ${maxWord} characters`,
  ],
  [
    'a text that is too long is a fault',
    'a'.repeat(maxText + 1),
    '1:1',
    `is longer than ${maxText} characters`,
  ],
]

for (const [why, text, at, message] of wrong) {
  test(why, () => {
    const [fault] = lexed(text).faults
    assert.equal(fault?.message, message)
    assert.equal(`${fault?.position.line}:${fault?.position.column}`, at)
  })
}

test('any text gives tokens, and never more faults than are told', () => {
  fc.assert(
    fc.property(hostile, text => {
      const { tokens, faults } = lexed(text)
      assert.equal(tokens.at(-1), '$')
      assert.ok(faults.length <= maxFaults)
    }),
    { numRuns: 300 },
  )
})

test('a text full of faults keeps no more than are told', () => {
  assert.equal(lexed('"a"b '.repeat(10_000)).faults.length, maxFaults)
})
