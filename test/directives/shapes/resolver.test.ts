import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { resolver } from '../../../src/directives/shapes/resolver.ts'
import { word } from '../../../src/directives/tree.ts'
import { hostile } from '../hostile.ts'
import { listening } from '../scope.ts'

function read(...words: readonly string[]) {
  const { scope, faults } = listening()
  return { value: resolver.parse(words.map(word), scope, 'resolver'), faults }
}

const usual = { kind: 'servers', valid: undefined, ipv4: true, ipv6: true }

const rows: readonly (readonly [text: string, value: object, printed?: string])[] = [
  ['off', { kind: 'off' }],
  ['system', { kind: 'system' }],
  ['10.0.0.53:5353', { ...usual, servers: [{ address: '10.0.0.53', port: 5353 }] }],
  ['10.0.0.53', { ...usual, servers: [{ address: '10.0.0.53', port: 53 }] }, '10.0.0.53:53'],
  ['[::1]', { ...usual, servers: [{ address: '::1', port: 53 }] }, '[::1]:53'],
  [
    'localhost:5353 valid=0 ipv6=ON',
    {
      ...usual,
      servers: [
        { address: '127.0.0.1', port: 5353 },
        { address: '::1', port: 5353 },
      ],
    },
    '127.0.0.1:5353 [::1]:5353',
  ],
  [
    '10.0.0.1:53 [::1]:5353 valid=30s ipv6=off',
    {
      kind: 'servers',
      servers: [
        { address: '10.0.0.1', port: 53 },
        { address: '::1', port: 5353 },
      ],
      valid: 30_000,
      ipv4: true,
      ipv6: false,
    },
  ],
]

for (const [text, value, printed = text] of rows) {
  test(`resolver ${text} is taken and written back`, () => {
    const { value: found, faults } = read(...text.split(' '))
    assert.deepEqual(found, value)
    assert.deepEqual(faults, [])
    assert.ok(found)
    assert.equal(resolver.print(found).join(' '), printed)
  })
}

const wrong: readonly (readonly [text: string, fault: RegExp])[] = [
  ['valid=30s', /names no server/],
  ['10.0.0.1 valid=x', /"valid=" must be a time/],
  ['10.0.0.1 ipv6=maybe', /"ipv6=" must be on or off/],
  ['10.0.0.1 ipv4=off ipv6=off', /has neither "ipv4" nor "ipv6"/],
  ['dns.example', /host not found in "dns\.example" of the "resolver" directive/],
  ['localhost:0', /invalid parameter "localhost:0"/],
  ['off 10.0.0.1', /invalid parameter "off"/],
]

for (const [text, fault] of wrong) {
  test(`resolver ${text} is refused`, () => {
    const { value, faults } = read(...text.split(' '))
    assert.equal(value, undefined)
    assert.match(faults.join(), fault)
  })
}

test('any words are a resolver or told why not', () => {
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 1, maxLength: 4 }), words => {
      const { value, faults } = read(...words)
      assert.equal(value === undefined, faults.length > 0)
    }),
    { numRuns: 200 },
  )
})
