import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { protocolNames } from '../../src/words/protocol-name.ts'
import { type Dialogue, dialogues, expected, segments, verdicts } from '../support/dialogue.ts'
import { Talk } from '../support/talk.ts'

const splits: ReadonlyMap<string, (bytes: Buffer) => readonly Buffer[]> = new Map([
  ['in one chunk', bytes => [bytes]],
  ['split at every byte', bytes => Array.from(bytes, octet => Buffer.from([octet]))],
])

function transcript(dialogue: Dialogue, split: (bytes: Buffer) => readonly Buffer[]) {
  const judged = verdicts(dialogue)
  const talk = new Talk(dialogue, attempt => judged[attempt] ?? 'refused')
  for (const segment of segments(dialogue.script)) {
    for (const chunk of split(segment)) talk.hear(chunk)
    talk.shake()
  }
  return talk.heard
}

for (const protocol of protocolNames) {
  describe(protocol, () => {
    for (const dialogue of dialogues(protocol)) {
      for (const [how, split] of splits) {
        test(`${dialogue.title}, ${how}`, () => {
          assert.deepEqual(transcript(dialogue, split), expected(dialogue))
        })
      }
    }
  })
}
