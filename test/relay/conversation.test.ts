import assert from 'node:assert/strict'
import { Socket } from 'node:net'
import { it } from 'node:test'
import { relayMetrics } from '../../src/observe/metric-table.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import type { Front, Step } from '../../src/protocol/protocol.ts'
import { Conversation } from '../../src/relay/conversation.ts'
import { Record as SessionRecord } from '../../src/relay/record.ts'
import { StreamConnection } from '../../src/wire/stream-connection.ts'
import { type Stop, Wire } from '../../src/wire/wire.ts'

/** A client that reads nothing until it is told to. */
class Slow extends StreamConnection {
  written = 0
  full = true

  override get waiting(): number {
    return this.full ? this.written : 0
  }

  override write(text: string): void {
    this.written += text.length
  }
}

it('the commands of a client that does not read are neither lost nor changed by what it sends then', async () => {
  const connection = new Slow(new Socket())
  const wire = new Wire(connection)
  const heard: string[] = []
  const over: (Stop | undefined)[] = []
  const answer = (line: Buffer): Step => {
    heard.push(line.toString())
    return { do: 'reply', text: 'x'.repeat(5_000), next: front }
  }
  const front: Front = {
    wants: { kind: 'line', atMost: 100 },
    receive: answer,
    tooLong: () => ({ do: 'close', text: '' }),
  }
  const conversation = new Conversation({
    wire,
    record: new SessionRecord('1', 'imap', 'imap', ''),
    metrics: createMetrics(relayMetrics),
    settings: { max_errors: 5, max_commands: 100 },
    host: {
      secure: () => {},
      authenticate: () => {},
      over: stop => over.push(stop),
      broke: error => {
        throw error
      },
    },
  })
  const turn = () => new Promise(resolve => setImmediate(resolve))
  wire.received(Buffer.from('one\r\ntwo\r\n'), 'ours')
  conversation.begin(front)
  await turn()
  assert.deepEqual(heard, ['one'])
  wire.received(Buffer.from('three\r\n'), 'ours')
  await turn()
  connection.full = false
  wire.drained()
  await turn()
  assert.deepEqual(heard, ['one', 'two', 'three'])
  wire.interrupt('ended')
  assert.deepEqual(over, ['ended'])
})
