import assert from 'node:assert/strict'
import { test } from 'node:test'
import { announced as announcedIn, mostLists } from '../../../src/protocol/imap/reply.ts'

const announced = (line: string) => announcedIn(Buffer.from(line, 'latin1'))

for (const [what, line, words] of [
  ['a greeting', '* OK [CAPABILITY IMAP4rev1 Id] ready', ['IMAP4REV1', 'ID']],
  ['an untagged response', '* capability IMAP4rev1 starttls', ['IMAP4REV1', 'STARTTLS']],
  ['the answer to a login', 'a OK [CAPABILITY IDLE] in', ['IDLE']],
  ['a line that announces nothing', '* OK ready', undefined],
] as const) {
  test(`the capabilities of ${what}`, () =>
    assert.deepEqual(announced(line), words && new Set(words)))
}

test('a list is the same whatever was heard in between', () => {
  const line = '* CAPABILITY IMAP4rev1 IDLE'
  const first = announced(line)
  assert.equal(announced(line), first, 'it is not read twice')
  for (let at = 0; at < mostLists; at++) announced(`* CAPABILITY X${at}`)
  assert.notEqual(announced(line), first, 'it is kept for ever')
  assert.deepEqual(announced(line), first)
})
