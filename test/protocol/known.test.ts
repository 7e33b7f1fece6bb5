import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Known } from '../../src/protocol/known.ts'

function read(...texts: readonly string[]): readonly string[] {
  const done: string[] = []
  const known = new Known(2, text => {
    done.push(text)
    return text.toUpperCase()
  })
  for (const text of texts) {
    const octets = Buffer.from(`>${text}<`, 'latin1')
    assert.equal(known.in(octets, 1, octets.length - 1), text.toUpperCase())
    octets.fill(0)
  }
  return done
}

test('a text is read once, whatever becomes of its octets', () =>
  assert.deepEqual(read('id idle', 'id', 'id idle', 'id', '', ''), ['id idle', 'id', '']))

test('no more texts are kept than are allowed', () =>
  assert.deepEqual(read('a', 'b', 'c', 'c', 'a'), ['a', 'b', 'c', 'a']))

test('a text of more than 4096 octets is read each time', () => {
  const [longest, longer] = ['x'.repeat(4_096), 'y'.repeat(4_097)]
  assert.deepEqual(read(longest, longer, longest, longer), [longest, longer, longer])
})
