import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ConfigError, escaped, maxFaults, note, pretty, quote } from '../../src/directives/error.ts'
import { hostile } from './hostile.ts'

const position = { file: 'relay.conf', line: 14, column: 12 }

test('a fault is shown with its place, its line and a caret', () => {
  const fault = { position, message: '"starttls" must be off', source: '  starttls maybe;' }
  assert.equal(
    pretty(fault),
    'relay.conf:14:12: "starttls" must be off\n    starttls maybe;\n             ^',
  )
})

test('a fault whose line is not known is one line', () => {
  assert.equal(pretty({ position, message: 'wrong' }), 'relay.conf:14:12: wrong')
})

test('the caret stands below its character after tabs and wide characters', () => {
  const source = '\t"😀" x;'
  const [, line = '', caret = ''] = pretty({
    position: { ...position, column: 6 },
    message: 'wrong',
    source,
  }).split('\n')
  assert.equal([...line][caret.length - 1], 'x')
})

test('of a long line the part around the fault is shown', () => {
  const source = `${'a'.repeat(5_000)}X${'b'.repeat(5_000)}`
  const [, line = '', caret = ''] = pretty({
    position: { ...position, column: 5_001 },
    message: 'wrong',
    source,
  }).split('\n')
  assert.equal(line.length, 102)
  assert.equal(line[caret.length - 1], 'X')
})

test('a message repeats a long word cut', () => {
  assert.equal(quote('x'.repeat(200)), `"${'x'.repeat(64)}…"`)
})

test('control characters, marks of direction and halves of pairs are escaped', () => {
  assert.equal(escaped('a\r\n\u0000\u202e\ud800z'), 'a\\x0D\\x0A\\x00\\u{202E}\\u{D800}z')
})

test('no text reaches a terminal with a control character', () => {
  fc.assert(
    fc.property(hostile, fc.nat(50), (text, column) => {
      const shown = pretty({
        position: { file: text, line: 1, column: column + 1 },
        message: quote(text),
        source: text,
      })
      assert.doesNotMatch(shown.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
      assert.equal(shown.split('\n').length, 3)
    }),
    { numRuns: 200 },
  )
})

test('enough faults are told, and no more are kept', () => {
  const faults: { position: typeof position; message: string }[] = []
  for (let i = 0; i < maxFaults + 10; i += 1) note(faults, { position, message: `${i}` })
  assert.equal(faults.length, maxFaults)
})

test('a ConfigError says all of its faults', () => {
  const error = new ConfigError([
    { position, message: 'one' },
    { position, message: 'two' },
  ])
  assert.equal(error.message, 'relay.conf:14:12: one\nrelay.conf:14:12: two')
})
