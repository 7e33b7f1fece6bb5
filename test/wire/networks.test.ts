import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { canonical } from '../../src/wire/address.ts'
import { Networks } from '../../src/wire/networks.ts'

/** As the directives have them: canonical addresses with their bits. */
function networksOf(...texts: readonly string[]): Networks {
  return new Networks(
    texts.map(text => {
      const [address = '', bits] = text.split('/')
      const whole = address.includes(':') ? 128 : 32
      return { address: canonical(address), bits: bits === undefined ? whole : Number(bits) }
    }),
  )
}

const inside: readonly (readonly [network: string, address: string, has: boolean])[] = [
  ['192.0.2.0/24', '192.0.2.255', true],
  ['192.0.2.0/24', '192.0.3.0', false],
  ['192.0.2.77/24', '192.0.2.1', true],
  ['192.0.2.1', '192.0.2.1', true],
  ['192.0.2.1', '192.0.2.2', false],
  ['0.0.0.0/0', '203.0.113.9', true],
  ['192.0.2.0/24', '::ffff:192.0.2.9', true],
  ['192.0.2.0/24', '::ffff:c000:209', true],
  ['2001:db8::/32', '2001:db8:ffff::1', true],
  ['2001:db8::/32', '2001:db9::1', false],
  ['2001:DB8::1', '2001:db8:0:0::1', true],
  ['fe80::/10', 'fe80::1%eth0', true],
  ['::/0', '2001:db8::1', true],
  ['::/0', '192.0.2.1', false],
  ['::/64', '192.0.2.1', false],
  ['0.0.0.0/0', '2001:db8::1', false],
  ['0.0.0.0/0', 'mail.example.com', false],
  ['::/0', '', false],
]

describe('a network', () => {
  for (const [network, address, has] of inside) {
    it(`${network} ${has ? 'has' : 'does not have'} ${JSON.stringify(address)}`, () => {
      assert.equal(networksOf(network).has(address), has)
    })
  }

  it('has its own address', () => {
    const texts = fc.oneof(
      fc.tuple(fc.ipV4(), fc.nat(32)).map(([address, bits]) => `${address}/${bits}`),
      fc.tuple(fc.ipV6(), fc.nat(128)).map(([address, bits]) => `${address}/${bits}`),
    )
    fc.assert(
      fc.property(texts, text => {
        const address = canonical(text.split('/')[0] ?? '')
        if (!address.includes(':') && text.includes(':')) return
        assert.ok(networksOf(text).has(address))
      }),
      { numRuns: 200 },
    )
  })

  it('lies in a set of many, and no set of none', () => {
    const set = networksOf('10.0.0.0/8', '192.0.2.0/24', '2001:db8::/32')
    assert.deepEqual(
      ['10.1.1.1', '192.0.2.9', '2001:db8::9', '11.0.0.1', '::1'].map(address => set.has(address)),
      [true, true, true, false, false],
    )
    assert.equal(networksOf().has('10.1.1.1'), false)
  })
})
