import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { copied, holds, put, says, wordAt } from '../../src/protocol/octets.ts'

const octets = fc.uint8Array({ maxLength: 120 }).map(bytes => Buffer.from(bytes))

test('only a letter has two cases', () => {
  for (let octet = 0; octet < 256; octet++) {
    const text = String.fromCharCode(octet)
    const bytes = Buffer.from(text, 'latin1')
    for (const word of ['A', 'Z', '[', '@', '{', '+', '1']) {
      const same = /[A-Z]/.test(word) ? text === word || text === word.toLowerCase() : text === word
      assert.equal(says(bytes, 0, word), same, `${octet} and ${word}`)
      assert.equal(holds(bytes, 0, word), text === word, `${octet} and ${word}`)
    }
  }
})

test('a word has to be there whole', () => {
  const bytes = Buffer.from('a NOOP')
  assert.equal(says(bytes, 2, 'NOOP'), true)
  assert.equal(says(bytes, 2, 'NOOPS'), false)
  assert.equal(holds(bytes, 3, 'NOOP'), false)
  assert.equal(wordAt(bytes, 2, 6, ['NO', 'NOOP']), 'NOOP')
  assert.equal(wordAt(bytes, 2, 5, ['NO', 'NOOP']), undefined)
})

test('what is copied is the same, however long it is, and does not change with its source', () => {
  fc.assert(
    fc.property(octets, bytes => {
      const from = bytes.length >> 2
      const copy = copied(bytes, from, bytes.length)
      const written = Buffer.alloc(2 * bytes.length + 2, 0x2e)
      const end = put(written, put(written, 1, bytes), bytes.toString('latin1'))
      const twice = Buffer.concat([bytes, bytes])
      assert.deepEqual(copy, Buffer.from(bytes.subarray(from)))
      assert.equal(end, 1 + twice.length)
      assert.deepEqual(written, Buffer.concat([Buffer.from('.'), twice, Buffer.from('.')]))
      bytes.fill(0)
      assert.deepEqual(written.subarray(1, end), twice)
    }),
    { numRuns: 200 },
  )
})
