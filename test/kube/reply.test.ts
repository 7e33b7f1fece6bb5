import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerCap, readJson } from '../../src/kube/reply.ts'

/** As many of the same octets as are wanted; they are held once. */
async function* spaces(octets: number) {
  const piece = Buffer.alloc(65_536, ' ')
  for (let left = octets; left > 0; left -= piece.length)
    yield left < piece.length ? piece.subarray(0, left) : piece
}

test('an answer is read up to its cap, and one that is larger is dropped before it has ended', async () => {
  await assert.rejects(readJson(spaces(answerCap + 1)), /too large/)
  await assert.rejects(readJson(spaces(answerCap)), SyntaxError)
})

test('an answer that is no JSON is told as such', async () => {
  await assert.rejects(readJson(spaces(0)), SyntaxError)
})
