import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Back } from '../../../src/protocol/protocol.ts'
import { smtp } from '../../../src/protocol/smtp/smtp.ts'
import { leg } from '../../support/leg.ts'

/** What a back makes of `text`, which is gone after the call. */
function told(back: Back, text: string): { readonly next?: Back; readonly reply?: string } {
  const line = Buffer.from(text, 'latin1')
  const step = back.receive(line)
  line.fill(0)
  if ('next' in step) return { next: step.next }
  assert.ok(step.do === 'fail')
  return { reply: step.reply?.toString('latin1') ?? '' }
}

function after(texts: readonly string[]): Back {
  return texts.reduce((back, text) => told(back, text).next ?? back, smtp.back(leg()))
}

test('a reply is kept as it came, however long its lines are', () => {
  for (const length of [1, 47, 48, 300, 5_000]) {
    const lines = ['421-a', `421-${'x'.repeat(length)}`, '421-', `421 ${'y'.repeat(length)}`]
    const last = lines.pop() ?? ''
    assert.equal(told(after(lines), last).reply, `${[...lines, last].join('\r\n')}\r\n`)
  }
})

test('who waits for the rest of a reply is not told what another was told', () => {
  const waiting = after(['421-a', '421-b'])
  const other = told(waiting, '421-other').next
  assert.ok(other)
  assert.equal(told(waiting, '421 mine').reply, '421-a\r\n421-b\r\n421 mine\r\n')
  assert.equal(told(other, '421 yours').reply, '421-a\r\n421-b\r\n421-other\r\n421 yours\r\n')
})
