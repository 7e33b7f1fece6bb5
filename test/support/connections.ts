import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Connection } from '../../src/wire/connection.ts'
import { type Handles, loadHandles } from '../../src/wire/handles.ts'
import type { Sockets } from '../../src/wire/sockets.ts'
import { highWaterMark } from '../../src/wire/stream-connection.ts'

/** Both kinds of connections. */
export const kinds: readonly { readonly on: string; readonly handles: Handles | undefined }[] = [
  { on: 'handles', handles: knownHandles() },
  { on: 'streams', handles: undefined },
]

/** The handles of this Node, which are known. */
export function knownHandles(): Handles {
  const handles = loadHandles()
  assert.ok(handles)
  return handles
}

/** Listens on a free port of 127.0.0.1 until the test ends; `t` is a test or its file. */
export async function acceptFor(
  t: { after(fn: () => void): void },
  sockets: Sockets,
  accepted: (connection: Connection) => void,
): Promise<number> {
  const server = createServer({ allowHalfOpen: true, highWaterMark })
  t.after(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  sockets.accept(server, accepted, error => assert.ifError(error))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
