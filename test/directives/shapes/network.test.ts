import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { network } from '../../../src/directives/shapes/network.ts'
import { word } from '../../../src/directives/tree.ts'
import { hostile } from '../hostile.ts'
import { listening } from '../scope.ts'

function read(text: string, also: 'all' | 'host' = 'host') {
  const { scope, faults, notices } = listening()
  const value = network(also).parse([word(text)], scope, 'set_real_ip_from')
  const networks = value?.networks.map(one =>
    one.kind === 'unix' ? 'unix' : `${one.address}/${one.bits}`,
  )
  return { networks, faults, notices }
}

const rows: readonly (readonly [text: string, ...networks: readonly string[]])[] = [
  ['10.0.0.1', '10.0.0.1/32'],
  ['10.0.0.0/8', '10.0.0.0/8'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['2001:DB8::1', '2001:db8::1/128'],
  ['2001:db8::/32', '2001:db8::/32'],
  ['::/0', '::/0'],
  ['::ffff:10.0.0.1', '10.0.0.1/32'],
  ['unix:', 'unix'],
  ['localhost', '127.0.0.1/32', '::1/128'],
]

for (const [text, ...networks] of rows) {
  test(`${text} is a network`, () => {
    assert.deepEqual(read(text), { networks, faults: [], notices: [] })
  })
}

test('host bits are taken off, with a notice', () => {
  for (const [text, meant] of [
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['10.1.2.3/20', '10.1.0.0/20'],
    ['2001:db8:ffff::1/33', '2001:db8:8000::/33'],
  ] as const) {
    const { networks, notices } = read(text)
    assert.deepEqual(networks, [meant])
    assert.match(notices.join(), /low address bits of ".*" are meaningless/)
  }
})

const wrong: readonly (readonly [text: string, fault: RegExp])[] = [
  ['nowhere.example', /host not found in "nowhere\.example"/],
  ['10.0.0.0/33', /takes at most 32 bits/],
  ['::/129', /takes at most 128 bits/],
  ['10.0.0.0/', /invalid parameter/],
  ['localhost/8', /invalid parameter/],
  ['all', /host not found/],
  ['', /invalid parameter/],
]

for (const [text, fault] of wrong) {
  test(`"${text}" is no network`, () => {
    const { networks, faults } = read(text)
    assert.equal(networks, undefined)
    assert.match(faults.join(), fault)
  })
}

test('all is everyone where it is taken, and host names are not taken there', () => {
  assert.deepEqual(read('all', 'all').networks, ['0.0.0.0/0', '::/0', 'unix'])
  assert.equal(read('localhost', 'all').networks, undefined)
})

test('any word is a network or told why not', () => {
  fc.assert(
    fc.property(hostile, text => {
      const { networks, faults } = read(text)
      assert.equal(networks === undefined, faults.length > 0)
    }),
    { numRuns: 200 },
  )
})
