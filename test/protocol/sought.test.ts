import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Sought } from '../../src/protocol/sought.ts'

const letters = fc.constantFrom(
  'd',
  'D',
  'de',
  'el',
  'LE',
  'dele',
  'x',
  '\r\n',
  '\x04',
  '$',
  '\xe4',
)
const pieces = fc.array(fc.array(letters, { maxLength: 4 }), { maxLength: 6 })

test('a word is found in any case, however what was said is cut', () => {
  fc.assert(
    fc.property(pieces, cut => {
      const sought = new Sought('dele')
      const texts = cut.map(parts => parts.join(''))
      const found = texts.some(text => sought.endsIn(Buffer.from(text, 'latin1')))
      assert.equal(found, /dele/i.test(texts.join('')))
    }),
    { numRuns: 200 },
  )
})

test('what stands before is not looked at', () => {
  assert.equal(new Sought('dele').endsIn(Buffer.from('dele'), 1), false)
  assert.equal(new Sought('dele').endsIn(Buffer.from('xxdele'), 2), true)
  assert.equal(new Sought('dele').endsIn(Buffer.from('dele'), 9), false)
})
