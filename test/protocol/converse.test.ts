import assert from 'node:assert/strict'
import { test } from 'node:test'
import { back, oneLine, sendSecret, withEnd } from '../../src/protocol/converse.ts'

const next = back('login', () => ({ do: 'wait', next }))

test('a secret that was made for one line is zeroed once it stands in it', () => {
  const secret = Buffer.from('AGJvYgBzZWNyZXQ=')
  const step = sendSecret('AUTH PLAIN ', secret, next)
  assert.ok(step.do === 'send')
  assert.equal(step.bytes.toString(), 'AUTH PLAIN AGJvYgBzZWNyZXQ=\r\n')
  assert.deepEqual(secret, Buffer.alloc(16))
})

test('a line is kept with its end, and as it was', () => {
  const line = Buffer.from('* OK \xe9', 'latin1')
  const kept = withEnd(line)
  line.fill(0)
  assert.equal(kept.toString('latin1'), '* OK \xe9\r\n')
})

test('a text of more than one line becomes one', () => {
  assert.equal(oneLine('a\r\nb\0c'), 'a  b c')
  assert.equal(oneLine('abc'), 'abc')
})
