import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decode, encode, encodeInPlace } from '../../src/sasl/base64.ts'

const octets = fc.uint8Array({ maxLength: 100 }).map(bytes => Buffer.from(bytes))

test('encodes as everyone does', () => {
  fc.assert(
    fc.property(octets, bytes => {
      assert.equal(encode(bytes).toString('latin1'), bytes.toString('base64'))
    }),
  )
})

test('encodes where it stands, and nothing else there changes', () => {
  fc.assert(
    fc.property(octets, fc.nat(5), (bytes, from) => {
      const text = encode(bytes)
      const to = from + text.length
      const room = Buffer.alloc(to + 2, '-')
      room.set(bytes, to - bytes.length)
      encodeInPlace(room, from, to, bytes.length)
      assert.equal(room.toString(), `${'-'.repeat(from)}${text}--`)
    }),
  )
})

test('decodes what it encoded, with or without padding', () => {
  fc.assert(
    fc.property(octets, bytes => {
      const text = encode(bytes)
      assert.deepEqual(decode(text), bytes)
      assert.deepEqual(decode(Buffer.from(text.toString('latin1').replaceAll('=', ''))), bytes)
    }),
  )
})

const rows: readonly (readonly [string, string, string | undefined])[] = [
  ['an empty text is an empty response', '', ''],
  ['a lone = is an empty response', '=', ''],
  ['what stands behind the first = does not count', 'QQ==*', 'A'],
  ['a star is no base64', '*', undefined],
  ['a space is no base64', 'QU FB', undefined],
  ['the alphabet of URLs is another', '-_-_', undefined],
  ['one character too many is no base64', 'QUFBQ', undefined],
]

for (const [title, text, bytes] of rows) {
  test(title, () => assert.equal(decode(Buffer.from(text))?.toString('latin1'), bytes))
}
