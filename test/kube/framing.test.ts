import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Framing, lineCap } from '../../src/kube/framing.ts'

test('lines come out whole, however the octets are cut', () => {
  const line = fc
    .string({ unit: 'grapheme', maxLength: 40 })
    .map(text => text.replaceAll('\n', ' '))
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat(20), { minLength: 1 }), (lines, cuts) => {
      const octets = Buffer.from(lines.map(one => `${one}\n`).join(''))
      const framing = new Framing()
      const found: string[] = []
      for (let at = 0, turn = 0; at < octets.length; turn++) {
        const size = 1 + (cuts[turn % cuts.length] ?? 0)
        for (const one of framing.push(octets.subarray(at, at + size)) ?? []) found.push(`${one}`)
        at += size
      }
      assert.deepEqual(
        found,
        lines.filter(one => one !== ''),
      )
    }),
    { numRuns: 200 },
  )
})

test('a line beyond the cap is corruption, whether or not it ends', () => {
  const long = new Framing(10)
  assert.deepEqual(long.push(Buffer.from('0123456789')), [])
  assert.equal(long.push(Buffer.from('x')), undefined)
  assert.equal(new Framing(10).push(Buffer.from('0123456789x\n')), undefined)
  assert.deepEqual(new Framing().push(Buffer.alloc(lineCap, 'x')), [])
  assert.equal(new Framing().push(Buffer.alloc(lineCap + 1, 'x')), undefined)
})
