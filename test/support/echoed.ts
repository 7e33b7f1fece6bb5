import assert from 'node:assert/strict'
import type { MailClient } from './mail-client.ts'

/** Sends several MiB, reads nothing for a while, and gets the same back. */
export async function echoed(client: MailClient): Promise<void> {
  const block = `${'0123456789'.repeat(1_000)}\r\n`
  const count = 800
  client.socket.pause()
  for (let i = 0; i < count; i++) client.say(block)
  await new Promise(resolve => setTimeout(resolve, 300))
  client.socket.resume()
  for (const line of await client.lines(count)) assert.equal(line.length, 10_000)
  client.close()
}
