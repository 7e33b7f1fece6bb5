import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  parseAddress,
  parseAddressPort,
  parsePort,
  printAddressPort,
} from '../../src/directives/address.ts'
import { hostile } from './hostile.ts'

const addresses: readonly (readonly [text: string, canonical: string | undefined])[] = [
  ['127.0.0.1', '127.0.0.1'],
  ['255.255.255.255', '255.255.255.255'],
  ['256.0.0.1', undefined],
  ['127.1', undefined],
  ['127.0.0.01', undefined],
  ['0x7f.0.0.1', undefined],
  ['1.2.3.4.5', undefined],
  ['', undefined],
  ['localhost', undefined],
  ['::1', '::1'],
  ['::', '::'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['::ffff:a00:1', '10.0.0.1'],
  ['fe80::1%eth0', undefined],
  ['::1]', undefined],
  [':::', undefined],
  ['1:2', undefined],
]

for (const [text, canonical] of addresses) {
  test(`${JSON.stringify(text)} is ${canonical ?? 'no address'}`, () => {
    assert.equal(parseAddress(text), canonical)
  })
}

const pairs: readonly (readonly [text: string, printed: string | undefined])[] = [
  ['10.0.0.1:143', '10.0.0.1:143'],
  ['[::1]:143', '[::1]:143'],
  ['[0::1]:00143', '[::1]:143'],
  ['[::ffff:1.2.3.4]:25', '1.2.3.4:25'],
  ['::1:143', undefined],
  ['[10.0.0.1]:143', undefined],
  ['10.0.0.1', undefined],
  ['10.0.0.1:0', undefined],
  ['10.0.0.1:65536', undefined],
  ['10.0.0.1:', undefined],
  ['[::1]143', undefined],
]

for (const [text, printed] of pairs) {
  test(`${text} is ${printed ?? 'no address with a port'}`, () => {
    const parsed = parseAddressPort(text)
    assert.equal(parsed && printAddressPort(parsed), printed)
  })
}

test('a port is from 1 to 65535', () => {
  const ports = ['0', '1', '65535', '65536', '', '1e3', '-1'].map(parsePort)
  assert.deepEqual(ports, [undefined, 1, 65_535, undefined, undefined, undefined, undefined])
})

test('an address that is written is read back', () => {
  const address = fc.oneof(fc.ipV4(), fc.ipV6().map(parseAddress)).filter(one => one !== undefined)
  fc.assert(
    fc.property(address, fc.integer({ min: 1, max: 65_535 }), (one, port) => {
      const pair = { address: one ?? '', port }
      assert.deepEqual(parseAddressPort(printAddressPort(pair)), pair)
    }),
    { numRuns: 200 },
  )
})

test('any text is an address or none', () => {
  fc.assert(
    fc.property(hostile, text => {
      parseAddress(text)
      parseAddressPort(text)
      parseAddressPort(`[${text}]:25`)
    }),
    { numRuns: 200 },
  )
})
