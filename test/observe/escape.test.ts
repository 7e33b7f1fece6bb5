import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { escaped } from '../../src/observe/escape.ts'

const rows: readonly (readonly [why: string, text: string | Buffer, shown: string])[] = [
  ['plain text stays', 'alice@example.com', 'alice@example.com'],
  ['line ends', 'a\r\nb', 'a\\x0d\\x0ab'],
  ['NUL, ESC and DEL', '\0\x1b[31m\x7f', '\\x00\\x1b[31m\\x7f'],
  ['the backslash, so that nothing can be forged', '\\x41', '\\x5cx41'],
  ['text outside ASCII is shown as UTF-8', 'é…', '\\xc3\\xa9\\xe2\\x80\\xa6'],
  ['octets are shown one by one', Buffer.from([0xff, 0x41]), '\\xffA'],
  ['nothing', '', ''],
]

for (const [why, text, shown] of rows) {
  test(`strangers' text in a log: ${why}`, () => assert.equal(escaped(text), shown))
}

test('cuts a long text and shows that it did', () => {
  assert.equal(escaped('x'.repeat(256)), 'x'.repeat(256))
  assert.equal(escaped('x'.repeat(257)), `${'x'.repeat(256)}…`)
  assert.equal(escaped('abcdef', 3), 'abc…')
})

test('whatever the octets, what is shown is printable ASCII and bounded', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), octets => {
      const shown = escaped(Buffer.from(octets))
      assert.match(shown, /^[ -~]*…?$/)
      assert.ok(shown.length <= 256 * 4 + 1)
    }),
    { numRuns: 200 },
  )
})
