import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { findLf, wipe } from '../../src/wire/octets.ts'

/** Short and long ones: both ways of going about it. */
const octets = fc.oneof(
  fc.uint8Array({ maxLength: 8, max: 12 }),
  fc.uint8Array({ minLength: 100, maxLength: 300, min: 8, size: 'max' }),
)

describe('octets', () => {
  it('are searched as Node does', () => {
    fc.assert(
      fc.property(octets, fc.nat(310), (found, from) => {
        const buffer = Buffer.from(found)
        assert.equal(findLf(buffer, from), buffer.indexOf(10, from))
      }),
      { numRuns: 200 },
    )
  })

  it('are zeroed where they are to be, and nowhere else', () => {
    fc.assert(
      fc.property(octets, fc.nat(300), fc.nat(300), (found, one, other) => {
        const from = Math.min(one, other, found.length)
        const to = Math.min(Math.max(one, other), found.length)
        const buffer = Buffer.from(found)
        wipe(buffer, from, to)
        const wanted = Buffer.from(found)
        wanted.fill(0, from, to)
        assert.deepEqual(buffer, wanted)
        wipe(buffer)
        assert.ok(buffer.every(octet => octet === 0))
      }),
      { numRuns: 200 },
    )
  })
})
