import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { addressIn } from '../../src/wire/address.ts'

const rows: readonly (readonly [text: string, address: string | undefined])[] = [
  ['192.0.2.10', '192.0.2.10'],
  ['0.0.0.0', '0.0.0.0'],
  ['255.255.255.255', '255.255.255.255'],
  ['256.0.0.1', undefined],
  ['192.0.2', undefined],
  ['192.0.2.10.1', undefined],
  ['192.0.2.', undefined],
  ['.192.0.2', undefined],
  ['192.0.2.010', undefined],
  ['192.0.2.00', undefined],
  ['192.0.2.x', undefined],
  ['2001:DB8:0::1', '2001:db8::1'],
  ['::ffff:192.0.2.10', '192.0.2.10'],
  ['mail.example.com', undefined],
  ['', undefined],
]

for (const [text, address] of rows) {
  test(`${JSON.stringify(text)} is ${address ?? 'no address'}`, () =>
    assert.equal(addressIn(text), address))
}

test('what is an address here is one for Node, and what is not is none', () => {
  const part = fc.oneof(
    fc.constantFrom('', '0', '00', '1', '9', '10', '255', '256', '999', 'a', ' '),
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), parts => {
      const text = parts.join('.')
      assert.equal(addressIn(text) !== undefined, isIP(text) !== 0)
    }),
    { numRuns: 2_000 },
  )
})
